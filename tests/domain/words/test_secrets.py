"""What is masked in reports, and what has to stay."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from cudacompat.app.explain import line_catalogue
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.secrets import HIDDEN, masked, masked_report, without_home
from tests.helpers.each_row import each_case

# Made up, in the forms of their issuers: what stands before |, the secret, what stands behind. Joined here, as a file
# that holds the whole of one would be found by the scanners that look for them.
SECRETS = {
    "Hugging Face": "token=|hf" + "_abcdefghijklmnopqrstuvwxyz0123|",
    "GitHub, classic": "|ghp" + "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8| is bad",
    "GitHub, of Actions": "with |ghs" + "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8|",
    "GitHub, fine-grained": "|github" + "_pat_11ABCDEFG0a1b2c3d4e5f6_g7h8i9j0k1l2|",
    "GitLab": "PRIVATE-TOKEN: |glpat" + "-a1b2c3d4e5f6g7h8i9j0|",
    "OpenAI": "key |sk" + "-proj-a1b2c3d4e5f6g7h8i9j0k1|",
    "Anthropic": "|sk" + "-ant-api03-abcDEF1234567890abcdef|",
    "AWS, id": "|AKIA" + "IOSFODNN7EXAMPL3|",
    "AWS, in the environment": "AWS_SECRET_ACCESS_KEY=|wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX3MPLEKEY|",
    "AWS, in its file": "aws_secret_access_key = |wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX3MPLEKEY|",
    "bearer": "Authorization: Bearer |abc.def-123|",
    "bearer without its header": "sent bearer |abcdef0123456789abcdef|",
    "basic": "-H 'Authorization: Basic |dXNlcjpwYXNz|'",
    "token option": "run --token |S3cr3tValueXy9| -v",
    "password option": "run --password=|x| -v",
    "named token option": "--hf-token |anything|",
    "URL with a password": "https://|user:p4ss|@host.example/x",
    "URL with a token": "git clone https://|a1b2c3d4e5f6g7h8i9j0a1b2|@github.com/a/b",
    "JSON Web Token": "|eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P|",
    "Slack": "|xoxb" + "-123456789012-abcdefABCDEF|",
    "Slack webhook": "https://hooks.slack.com/services/|T0AAA/B0BBB/xyzXYZ123|",
    "npm": "//registry/:_authToken=|npm" + "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8|",
    "PyPI": "|pypi" + "-AgEIcHlwaS5vcmcCJDU2a1b2c3d4e5f6a1b2c3d4e5f6|",
    "Azure SAS": "https://x.blob.core.windows.net/c/b?sv=2020&sig=|abc%2Fdef%3D|&se=1",
    "Azure account": "AccountName=a;AccountKey=|abc123+/==|;EndpointSuffix=x",
    "Google": "|AIza" + "SyD-1234567890abcdefghijklmnopqrstu|",
    "NVIDIA NGC": "NGC_API_KEY=|nvapi" + "-a1B2c3D4e5F6g7H8i9J0_k1L2m3|",
    "Weights & Biases": "WANDB_API_KEY=|0123456789abcdef0123456789abcdef01234567|",
    "Weights & Biases, login": "wandb login |0123456789abcdef0123456789abcdef01234567|",
    "Docker's file": '{"auths":{"ghcr.io":{"auth":"|dXNlcjpwYXNzd29yZA==|"}}}',
    "Docker, login": "docker login -u me -p |hunter2| ghcr.io",
    "Docker, token": "|dckr_pat" + "_a1b2c3d4e5f6g7h8i9j0|",
    "curl": "curl -u me:|hunter2| https://x",
    "netrc": "machine a.b login me password |hunter2|",
    "MySQL": "MYSQL_PWD=|hunter2| mysqldump",
    "YAML": "db_password: |hunter2|",
    "JSON": '{"access_token": "|abcDEF123456|", "n": 1}',
    "camel case": "clientSecret=|abc|",
    "cookie": "Cookie: |session=abc; other=def|",
    "signed URL": "https://s3/x?X-Amz-Signature=|0123abcd|&y=1",
}

STAYS = [
    "ghcr.io/a/b@sha256:" + "ab" * 32,
    "GPU-5f3a1c2e-1111-2222-3333-444455556666",
    "_Z9mul_mat_qIL9ggml_type8ELi64ELb0EEvPKcS2_",
    "HEAD is now at 0123456789abcdef0123456789abcdef01234567",
    "cache-key: 5f3a1c2e0123456789ab",
    "max_tokens=2048 n_tokens = 512",
    "BOS token = 1 '<s>'",
    "EOS token: 2 '</s>'",
    "llm_load_print_meta: EOT token        = 128009 '<|eot_id|>'",
    "pad_token=something-long",
    "tokenizer = gpt2-something9 --tokenizer path/x",
    "eval time = 12 ms / 63 tokens (0.2 ms per token, 5.1 tokens per second)",
    "error: unexpected token: identifier",
    "error: expected ';' before token 'launch_bounds'",
    "--max-token 512 --n-token=512",
    "PWD=/work/x OLDPWD=/work/y",
    "git@github.com:a/b.git ssh://git@host/x https://u@h/x",
    "https://example.org:8080/a@b?a=b&page=2 http://[::1]:8080/v1",
    "sk-learn-contrib-something-long risk-free",
    "docker run -u 1000:1000 x",
    "password_file=/run/secrets/x",
    "secrets: inherit",
    "FATAL: password authentication failed for user me",
    "the secret of it; basic auth needed; authentication: required; author: Me",
    "-gencode=arch=compute_120,code=sm_120 --generate-code arch=compute_90a,code=sm_90a",
    "hf_transfer hf_hub_download npm_config_x pypi-publish ghp_short",
    "CUDA error 209 (no kernel image is available), key = value, monkey=5",
    "driver 580.65.06, nvcc 12.8.93, md5 d41d8cd98f00b204e9800998ecf8427e",
]


@each_case("case", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_masked_and_what_is_around_it_stays(case: str) -> None:
    before, secret, after = case.split("|")
    shown = masked(before + secret + after)
    assert secret not in shown
    assert shown == before + HIDDEN + after
    assert masked(shown) == shown


@each_case("text", STAYS)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert masked(text) == text


def test_what_the_catalogue_of_log_lines_says_stays() -> None:
    lines = line_catalogue().signatures
    assert masked_report(lines) == lines


BEGIN, END = "-----BEGIN OPENSSH PRIVATE" + " KEY-----", "-----END OPENSSH PRIVATE" + " KEY-----"
KEY = ("loading", BEGIN, "b3BlbnNzaC1rZXktdjE", "AAAABG5vbmU", END, "x")


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (KEY, ("loading", BEGIN, HIDDEN, HIDDEN, END, "x")),
        (KEY[:3], ("loading", BEGIN, HIDDEN)),
        (("loading", "b3BlbnNzaC1rZXktdjE", END, "x"), ("loading", HIDDEN, END, "x")),
        ((f"KEY='{BEGIN}b3BlbnNz{END}'",), (f"KEY='{BEGIN}{HIDDEN}{END}'",)),
        ((f"no {END[5:]}", "x"), (f"no {END[5:]}", "x")),
    ],
)
def test_a_private_key_is_masked_line_by_line(lines: tuple[str, ...], shown: tuple[str, ...]) -> None:
    assert masked_report(lines) == shown


def test_an_option_and_its_value_are_two_words() -> None:
    command = ("engine", "--hf-token", "abc", "--model", "x", "--api-key=def", "-u", "me:pw")
    shown = ("engine", "--hf-token", HIDDEN, "--model", "x", f"--api-key={HIDDEN}", "-u", f"me:{HIDDEN}")
    assert masked_report(command) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/alice/bin/engine -m /home/alice/x", "~/bin/engine -m ~/x"),
        ("PATH=/home/alice/bin:/usr/bin:/Users/bob/b", "PATH=~/bin:/usr/bin:~/b"),
        ("file:///home/alice/x", "file://~/x"),
        (r"C:\Users\Eve\engine.exe", r"~\engine.exe"),
        ("/srv/people/me/x and /srv/people/menu", "~/x and /srv/people/menu"),
        ("/usr/home/x /opt/home/alice/x homework", "/usr/home/x /opt/home/alice/x homework"),
        ("/Users/Shared/x", "/Users/Shared/x"),
    ],
)
def test_home_folders(text: str, shown: str) -> None:
    assert without_home(text, "/srv/people/me") == shown


@dataclass(frozen=True)
class Nested:
    path: str
    said: tuple[str, ...]
    finding: Finding


def test_a_report_keeps_the_places_that_somebody_opens() -> None:
    token = "hf" + "_abcdefghijklmnopqrst0123"
    finding = Finding("x", Severity.NOTE, f"in /home/me/a: {token}", "/home/me/log.txt", why="nothing")
    report = Nested("/home/me/log.txt", ("/home/me/a", token), finding)
    shown = masked_report(report)
    assert shown.path == shown.finding.path == "/home/me/log.txt"
    assert shown.said == ("~/a", HIDDEN)
    assert shown.finding.message == f"in ~/a: {HIDDEN}"
    clean = Nested("x", ("y",), Finding("x", Severity.NOTE, "z", None))
    assert masked_report(clean) is clean


UNITS = ("a_b.", "token", "--token", "gl", "x://", "login ", "eyJabcdefghij.", "password ", "AAAAAAAAAAAAAAAAAAAA\n")
MORE_UNITS = (BEGIN, END, BEGIN + "\n", END + "\n", "'password\"", "/home/", "-u a", "wandb ", "bearer ", "?key=")


@pytest.mark.parametrize("unit", UNITS + MORE_UNITS)
def test_time_grows_with_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + END
        begun = time.process_time()
        masked(text)
        without_home(text)
        return time.process_time() - begun

    assert seconds(40_000) < 8 * max(min(seconds(10_000) for _ in range(3)), 0.02)


@pytest.mark.parametrize(
    "text",
    [
        "-----END -----END PRIVATE KEY-----token=-----BEGIN PRIVATE KEY-----",
        "login -p -----BEGIN PRIVATE KEY-----sk-me-----END PRIVATE KEY-----.",
    ],
)
def test_what_one_rule_hides_was_the_mark_of_another(text: str) -> None:
    hidden = masked(text)
    assert masked(hidden) == hidden
    assert "sk-me" not in hidden
