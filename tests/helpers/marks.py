"""Which tests are `slow`, and which are `tools`, which makes them slow as well: the quick loop leaves both out.

A file stands here with the tests that are meant, as `Class::test` or `test`; an empty tuple means all of them.

`slow`: two seconds or more on an idle machine or one of processor time, all values of its parameters and the building
of fixtures included (`pytest --durations=0`), or several processes.
`tools`: needs a compiler, a browser or another program that is not Python's. tests/helpers/toolchain.py fails a test
that takes one and is not here.
"""

from __future__ import annotations

from collections.abc import Mapping

Listed = Mapping[str, tuple[str, ...]]

SLOW: Listed = {
    "tests/app/inputs/test_registry_images.py": (),
    "tests/artifacts/remote/test_registry.py": ("TestWhatGoesWrong::test_a_registry_that_stalls",),
    "tests/whole/test_readme.py": (
        "test_each_command_ends_as_it_says",
        "test_its_pictures_are_what_is_printed",
    ),
    "tests/generate/test_bake.py": ("test_a_bake_file_is_as_buildx_takes_it_and_names_what_is_there",),
    "tests/generate/test_generated_is_clean.py": (),
    "tests/generate/test_own_wheel.py": (
        "test_it_holds_what_the_built_wheel_holds",
        "test_what_is_written_installs_by_hash_checks_and_makes_itself_again",
    ),
    "tests/cli/test_special_files.py": ("test_what_is_no_file_is_said_and_not_waited_for",),
    "tests/cli/test_streams.py": (  # shells that start the program with closed streams: nothing of it can be forked
        "test_ctrl_c_at_any_moment",
        "test_the_exit_code_is_the_reports_own",
        "test_the_result_is_whole_where_another_stream_is_closed",
        "test_what_is_made_to_be_kept_is_not_there_on_a_full_disk",
    ),
    "tests/agents/test_server.py": (),
    "tests/whole/test_planning.py": (),
    "tests/whole/test_planted.py": (),
    "tests/whole/test_cures_applied.py": (),
    "tests/whole/test_screens.py": (
        "test_a_screen_is_as_recorded",
        "test_a_width_that_no_page_has_is_no_error",
        "test_without_utf_8_a_screen_is_ascii_and_without_color_it_has_none",
    ),
    "tests/whole/test_holes.py": (),
    "tests/whole/test_ends_with_us.py": (),
    "tests/whole/test_every_command.py": (),
    "tests/whole/test_growth.py": (),
    "tests/whole/test_lint_time.py": (),
    "tests/whole/test_readability.py": ("test_no_number_is_made_of_a_yes_or_no",),
    "tests/whole/test_library.py": (
        "test_a_users_program_is_typed",
        "test_the_example_program_runs",
        "test_the_page_shows_what_happens",
    ),
    "tests/whole/test_distribution.py": (
        "test_a_second_build_has_the_same_bytes",
        "test_the_sources_have_all_that_a_packager_needs",
        "test_the_tools_of_the_index_find_nothing",
        "test_the_wheel_has_the_package_alone",
    ),
    "tests/cli/test_progress.py": (
        "test_it_is_shown_on_a_terminal_alone",
        "test_rows_of_an_environment_are_shown_on_a_terminal_alone",
    ),
    "tests/app/test_survey.py": (
        "test_a_killed_worker_loses_nothing_and_repeats_nothing_that_was_written",
        "test_a_line_says_whose_wheel_is_meant_where_it_is_another",  # pip, once for each line
        "test_a_list_names_packages_and_paths_with_comments",
        "test_a_wheel_that_kills_its_worker_twice_is_given_up_and_named",
        "test_rows_of_a_whole_index_are_not_held_at_once",
    ),
    "tests/app/test_doctor.py": (
        "test_json_validates",
        "test_the_plans_commands_run_as_they_are_printed",
    ),
    "tests/app/test_lint.py": ("test_git_takes_the_patch",),
    "tests/app/test_container_ends.py": (),
    "tests/app/test_survey_cluster.py": (),
    "tests/app/test_load.py": ("test_each_kind_of_gpu_is_asked",),
    "tests/app/test_rebuild.py": (
        "test_a_build_without_cuda_is_told",
        "test_a_failing_step_shows_its_last_lines_and_keeps_the_log",
        "test_a_variable_that_would_reach_the_compiler_is_left_out",
        "test_the_dry_run_is_a_script_that_runs",
        "test_the_script_asks_of_ptx_only_that_it_runs",
        "test_wrong_before_and_native_after",
        "test_wrong_flags_stop_it_before_anything_is_compiled",
    ),
    "tests/app/test_rebuild_journeys.py": (),
    "tests/app/test_sick_drivers.py": (
        "test_a_wedged_driver_costs_three_seconds_in_all",
        "test_the_command_says_the_same",
        "test_the_report_for_an_issue_has_the_machine_and_no_ids",
    ),
    "tests/app/test_verify_run.py": (  # programs that run for seconds, watched by a process with libraries of its own
        "test_a_bare_context_proves_nothing",
        "test_a_cold_cache_is_empty_and_goes_away",
        "test_a_command_that_fails",
        "test_a_command_that_hangs_is_ended",
        "test_a_compilation_is_seen",
        "test_a_file_that_was_renamed_is_judged_by_its_new_name",
        "test_a_file_that_was_replaced_is_not_judged",
        "test_a_run_that_is_interrupted_leaves_nothing",
        "test_a_server_in_the_background_is_stopped_too",
        "test_a_server_is_stopped_once_it_is_healthy",
        "test_a_server_that_ends_before_it_is_healthy",
        "test_a_server_that_never_becomes_healthy",
        "test_children_that_are_left_are_ended_and_told_of",
        "test_code_out_of_a_warm_cache_is_seen",
        "test_exit_zero_turns_one_into_none_and_nothing_else",
        "test_min_gpu_memory",
        "test_much_output_is_read_in_constant_memory",
        "test_other_formats_tell_of_the_cpu",
        "test_the_cpu_although_the_driver_is_there",
        "test_the_file_that_runs_is_the_one_that_is_judged",
        "test_the_work_of_a_child_is_its_own",
        "test_two_gpus_of_which_one_was_used",
        "test_what_an_engine_prints_cannot_move_the_cursor",
        "test_where_nvml_lists_no_process_that_is_said",
    ),
    "tests/artifacts/binaries/test_cuobjdump.py": (),
    "tests/artifacts/binaries/test_kernel_names.py": (),
    "tests/artifacts/binaries/test_read_ptx.py": ("test_time_grows_with_the_text_and_no_faster",),
    "tests/domain/words/test_shell_words.py": ("test_in_time_that_grows_with_the_line",),
    "tests/artifacts/reading/test_budget.py": ("test_small_archives_of_millions_of_members_end",),
    "tests/artifacts/binaries/test_read_binary.py": (
        "test_a_static_library",
        "test_an_executable_with_separate_compilation_holds_its_code_twice",
        "test_stripping_changes_nothing",
        "test_the_section_table_is_read_as_pyelftools_reads_it",
        "test_what_nvcc_makes_equals_cuobjdump",
    ),
    "tests/artifacts/binaries/test_read_cubin.py": ("test_what_nvlink_links_keeps_its_target",),
    "tests/artifacts/binaries/test_read_fatbin.py": (
        "test_concatenated_images_are_told_apart",
        "test_nvcc_gives_what_it_was_asked_for",
    ),
    "tests/artifacts/buildfiles/test_parsers.py": ("test_yaml_is_read_as_ruamel_reads_it",),
    "tests/artifacts/test_logs.py": ("test_the_automaton_and_the_expressions_find_the_same",),
    "tests/cli/test_generate_add.py": ("test_the_extended_project_really_configures_for_the_new_card",),
    "tests/cli/test_integrations.py": (
        "test_cibuildwheels_command",
        "test_cmake_and_ctest",
        "test_cmake_stops_a_build_that_would_not_run",
        "test_gitlabs_job_writes_its_reports_and_fails",
        "test_pre_commit",
        "test_the_action_fails_with_annotations_a_summary_and_sarif",
        "test_the_action_installs_a_wheel_with_its_hash_and_no_other",
        "test_the_action_installs_itself_and_runs_nothing_of_the_project",
    ),
    "tests/domain/compare/test_diff.py": (
        "TestReleases::test_one_that_cannot_be_had_is_one_line",
        "TestReleases::test_they_are_downloaded_compared_and_removed",
    ),
    "tests/domain/project/test_builds.py": (
        "test_a_list_is_too_late_where_the_real_cmake_says_so",
        "test_what_a_configured_folder_will_compile",
    ),
    "tests/domain/runs/test_bench.py": ("test_the_same_command_in_every_variant",),
    "tests/domain/tables/test_images.py": (),
    "tests/engines/test_engines_built.py": ("test_ctranslate2s_two_lists",),
    "tests/engines/test_engines_cargo.py": (
        "test_a_changed_list_does_nothing_until_the_cache_is_cleared",
        "test_without_a_list_and_a_gpu_the_default_target_is_built",
    ),
    "tests/generate/test_examples_generated.py": ("test_a_changed_example_is_seen",),
    "tests/generate/test_outputs.py": (
        "test_a_preset_of_ones_own_inherits_the_list",
        "test_presets_configure_exactly_what_was_promised",
        "test_the_schemas_do_refuse",
        "test_yaml_files_fit_their_schemas",
    ),
    "tests/generate/test_roundtrip.py": (
        "test_a_cmake_file_for_ggml",
        "test_a_plain_cmake_project",
        "test_a_toolchain_file_serves_a_build_script_that_hands_it_on",
        "test_flags_for_nvcc",
        "test_flags_without_ptx",
        "test_nobody_sets_an_architecture_and_the_check_says_so",
        "test_the_environment_for_ggml_in_a_build_without_a_gpu",
        "test_the_environment_for_nvcc",
    ),
    "tests/host/runs/test_processes.py": ("test_a_program_that_ignores_sigterm_is_killed",),
    "tests/host/test_snapshot.py": ("TestFailures::test_a_driver_that_never_answers",),
    "tests/report/test_sarif.py": ("test_more_results_than_github_takes_are_left_out_and_said",),
    "tests/whole/test_hostile.py": (
        "test_bombs_end_soon_and_stay_small",
        "test_names_in_a_wheel_go_nowhere_and_do_nothing",
    ),
    "tests/whole/test_lint_hostile.py": (
        "test_names_are_shown_as_text",
        "test_what_is_heavy_ends_in_bounded_time_and_memory",
    ),
    "tests/artifacts/reading/test_changing_files.py": (  # eight processes for each kind of file
        "test_a_file_cut_short_while_it_is_read",
    ),
    "tests/whole/test_cuda_release.py": (  # a copy of the program, which starts for each question
        "test_a_build_for_it_asks_for_the_new_release",
        "test_the_new_architecture_is_a_gpu_that_can_be_judged",
        "test_the_release_is_listed_as_its_compiler_answered",
    ),
    "tests/domain/judge/test_gaps.py": ("test_the_cost_grows_with_the_number_of_modules_and_no_faster",),
    "tests/app/inputs/test_reading.py": ("test_the_output_is_the_same_byte_for_byte",),
    "tests/artifacts/reading/test_cache.py": ("test_commands_keep_results_unless_told_not_to",),
    "tests/app/inputs/test_named.py": (  # the real pip, several times
        "TestPackages",
        "TestAddresses::test_the_host_that_is_not_there_is_the_cause_and_not_what_pip_says_of_the_name",
    ),
    "tests/app/test_wheels_page.py": (  # the whole table for every GPU
        "test_a_package_with_its_own_assembler_and_a_pinned_torch_have_the_verdicts_of_wheels",
        "test_the_command_writes_the_table_or_the_rows_of_a_survey",
    ),
    "tests/domain/wheels/test_needed_driver.py": (
        "test_the_driver_that_a_build_is_said_to_need_is_the_oldest_that_runs_it",
    ),
    "tests/app/test_wheels.py": ("test_fetch_reads_a_wheel_that_pip_finds",),
    "tests/app/test_installed.py": ("test_the_whole_command",),
    "tests/app/inputs/test_standard_input.py": ("test_a_closed_standard_input",),
    "tests/domain/logs/test_commands.py": ("test_each_is_one_line_that_its_program_understands",),
    "tests/domain/logs/test_catalogue.py": (  # each known line in each of thirty disguises
        "test_every_sample_is_found_whatever_happened_to_it",
    ),
    "tests/report/test_formats.py": (
        "test_an_ascii_terminal_takes_every_document",
        "test_every_format_has_the_same_exit_code_and_is_whole",
    ),
    "tests/whole/test_imports.py": (  # a process for each command
        "test_a_command_imports_what_it_uses",
    ),
    "tests/whole/test_schemas.py": ("test_one_that_is_not_is_found",),
    "tests/whole/test_keyword_arguments.py": ("test_from_the_fourth_on_arguments_have_names",),
    "tests/whole/test_style.py": (
        "test_messages_rule_pages_and_pages_are_looked_at",
        "test_no_more_forbidden_forms_than_were_left",  # all code is parsed
    ),
    "tests/whole/test_messages.py": (  # a run of everything that has a message
        "test_every_message_is_the_golden_one",
    ),
}

TOOLS: Listed = {
    "tests/whole/test_site.py": (
        "test_a_link_that_leads_nowhere_stops_the_build",
        "test_a_page_loads_nothing_from_elsewhere",
        "test_a_page_that_is_not_placed_is_listed_all_the_same",
        "test_each_finding_and_command_has_its_page",
        "test_the_commands_of_a_page_end_as_it_says",
    ),
    "tests/cli/test_completion.py": (
        "test_a_key_completes_the_word",
        "test_a_script_is_whole_for_its_shell",
        "test_fish_completes_the_word",
        "test_powershell_completes_the_word",
    ),
    "tests/cli/test_manual.py": ("test_a_warning_of_man_is_seen", "test_man_reads_it_without_a_warning"),
    "tests/app/test_found_libraries.py": ("TestBesideTheRealLoader::test_the_same_is_found",),
    "tests/host/toolchain/test_new_release.py": (
        "test_a_release_that_no_table_knows_says_what_it_builds",
        "test_one_that_is_known_is_not_run",
    ),
    "tests/host/toolchain/test_library_folders.py": (
        "TestTheSystemsLoader::test_what_ldconfig_wrote_down_stands_in_for_its_configuration",
    ),
    "tests/app/inputs/test_registry_images.py": (),
    "tests/app/inputs/test_assembling.py": (),
    "tests/app/inputs/test_bundled_compilers.py": (),
    "tests/host/toolchain/test_assemblers.py": (),
    "tests/app/test_container_ends.py": (),
    "tests/whole/test_planted.py": ("test_no_library_of_the_folder_is_loaded",),
    "tests/whole/test_cuda_release.py": ("test_the_compiler_that_is_here_is_as_its_facts_say",),
    "tests/whole/test_holes.py": (),
    "tests/whole/test_ends_with_us.py": ("test_a_signal_ends_all_that_was_started",),
    "tests/app/test_wheels_page.py": ("test_it_searches_by_package_and_gpu_and_asks_the_network_for_nothing",),
    "tests/app/test_load.py": (
        "test_a_disagreement_is_an_error_and_said_to_be_ours",
        "test_a_kernel_that_is_not_found_is_a_disagreement",
        "test_agreement_is_said",
        "test_each_kind_of_gpu_is_asked",
        "test_no_answer_is_incomplete",
        "test_other_formats_tell_of_a_disagreement",
        "test_what_fails_as_foretold_is_no_disagreement_and_still_an_error",
    ),
    "tests/app/inputs/test_image_digests.py": (
        "test_an_image_that_is_not_there_is_said",
        "test_jobs_and_dev_containers_are_pinned_too",
        "test_the_digest_that_is_written_is_the_images",
    ),
    "tests/app/test_rebuild.py": (),
    "tests/app/test_rebuild_journeys.py": (),
    "tests/app/test_sick_drivers.py": (),
    "tests/app/test_verify_run.py": (),
    "tests/artifacts/binaries/test_cubin_usage.py": (),
    "tests/artifacts/binaries/test_cuobjdump.py": (),
    "tests/artifacts/binaries/test_needed.py": (),
    "tests/artifacts/binaries/test_ptx_in_programs.py": (
        "test_a_text_among_strings_is_a_module_outside_the_registered_sections",
        "test_strings_of_rust_have_no_end",
        "test_pieces_and_talk_of_ptx_are_no_code",
        "test_one_that_is_cut_short_is_said",
        "test_code_that_is_registered_is_what_counts",
    ),
    "tests/artifacts/binaries/test_read_binary.py": (
        "test_a_cubin_elsewhere_is_a_stray",
        "test_a_fatbin_elsewhere_is_a_stray",
        "test_a_static_library",
        "test_a_stripped_section_table_means_a_search_of_the_whole_file",
        "test_a_truncated_library_keeps_what_is_there_and_says_so",
        "test_amd_code_is_not_ours",
        "test_an_executable_with_separate_compilation_holds_its_code_twice",
        "test_debug_files_name_code_that_lies_elsewhere",
        "test_host_instructions_are_not_searched",
        "test_names_of_any_length_in_archives",
        "test_padding_between_fatbins_may_be_zero_and_nothing_else",
        "test_stripping_changes_nothing",
        "test_the_section_table_is_read_as_pyelftools_reads_it",
        "test_what_nvcc_makes_equals_cuobjdump",
    ),
    "tests/artifacts/binaries/test_kernel_names.py": (),
    "tests/artifacts/binaries/test_read_cubin.py": (),
    "tests/artifacts/binaries/test_read_fatbin.py": (
        "test_a_bare_fatbin_for_the_linker_tells_what_it_lacks",
        "test_a_header_that_contradicts_its_cubin_is_damage",
        "test_a_header_that_contradicts_its_image_is_damage",
        "test_concatenated_images_are_told_apart",
        "test_every_toolkits_cubins_in_a_fatbin",
        "test_fatbins_of_nvfatbin_12",
        "test_lto_code_is_listed_and_its_kernels_are_not_read",
        "test_nvcc_gives_what_it_was_asked_for",
    ),
    "tests/artifacts/binaries/test_read_ptx.py": (
        "test_ptx_of_nvcc",
        "test_what_compilers_leave_to_the_driver",
    ),
    "tests/cli/test_generate.py": ("test_dockerfiles_pass_hadolint",),
    "tests/host/toolchain/test_ptx_on_hardware.py": (),
    "tests/domain/judge/test_linked_runtime.py": ("test_a_program_as_nvcc_builds_it_where_nothing_is_said",),
    "tests/cli/test_generate_add.py": ("test_the_extended_project_really_configures_for_the_new_card",),
    "tests/cli/test_integrations.py": (
        "test_cmake_and_ctest",
        "test_cmake_stops_a_build_that_would_not_run",
        "test_pre_commit",
    ),
    "tests/domain/builds/test_nvcc_flags.py": ("test_the_real_nvcc_agrees",),
    "tests/domain/project/test_builds.py": (
        "test_a_list_is_too_late_where_the_real_cmake_says_so",
        "test_what_a_configured_folder_will_compile",
    ),
    "tests/domain/rules/lint/test_flags.py": (),
    "tests/domain/runs/test_bench.py": (
        "test_builds_of_their_own_run_without_switches",
        "test_the_same_command_in_every_variant",
    ),
    "tests/domain/tables/test_images.py": (),
    "tests/engines/test_engines_built.py": (),
    "tests/engines/test_engines_cargo.py": (
        "test_a_changed_list_does_nothing_until_the_cache_is_cleared",
        "test_without_a_list_and_a_gpu_the_default_target_is_built",
    ),
    "tests/generate/test_outputs.py": (
        "test_a_matrix_of_presets_is_read_by_cmake",
        "test_a_preset_of_ones_own_inherits_the_list",
        "test_another_distribution",
        "test_cargo_hands_the_list_to_a_build_script",
        "test_presets_configure_exactly_what_was_promised",
    ),
    "tests/generate/test_roundtrip.py": (),
    "tests/host/gpus/test_libcuda.py": (),
    "tests/host/gpus/test_load_driver.py": (),
    "tests/host/gpus/test_nvml.py": (),
    "tests/host/runs/test_watching.py": ("TestMaps::test_this_very_process",),
    "tests/host/programs/test_process.py": ("TestRun::test_what_cannot_be_started_is_a_result",),
    "tests/host/test_snapshot.py": (
        "TestFailures::test_a_driver_that_never_answers",
        "TestFailures::test_a_probe_that_raises_leaves_the_rest",
        "TestFailures::test_what_failed_is_missing_with_the_reason",
        "TestThisMachine::test_it_validates_and_is_read_again",
        "TestThisMachine::test_no_home_and_no_user_in_the_document",
        "TestThisMachine::test_no_probe_failed",
        "TestThisMachine::test_what_is_certainly_here",
    ),
    "tests/host/toolchain/test_compilers.py": (),
    "tests/host/toolchain/test_toolkit.py": (
        "TestTheRealOne::test_behind_a_wrapper_on_path",
        "TestTheRealOne::test_pip_s_is_found",
        "TestTheRealOne::test_the_release_is_what_it_prints",
    ),
    "tests/report/test_html_browser.py": (),
}


def is_listed(listed: Listed, node: str) -> bool:
    """Whether a test, named as pytest names it (`tests/a/test_b.py::test_c[x]`), is one of these."""
    file, _, inside = node.partition("[")[0].partition("::")
    tests = listed.get(file)
    return tests is not None and (not tests or any(inside == each or inside.startswith(f"{each}::") for each in tests))
