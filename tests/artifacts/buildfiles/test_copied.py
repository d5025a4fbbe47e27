"""The paths that COPY and ADD take from the build context."""

from __future__ import annotations

from cudacompat.artifacts.buildfiles.copied import copied_paths
from tests.helpers.each_row import each_case


@each_case(
    ("line", "paths"),
    [
        ("COPY src ./src", ["src"]),
        ("COPY --chown=1:1 a.toml b.lock ./", ["a.toml", "b.lock"]),
        ("copy --link \\\n  # of the server\n  nginx.conf \\\n  /etc/nginx/", ["nginx.conf"]),
        ('COPY ["with space.txt", "/x/"]', ["with space.txt"]),
        ('ADD --chmod=644 "quoted" /x', ["quoted"]),
        ("COPY . .", ["."]),
        ("COPY --from=build /usr/local/bin/x /usr/local/bin/x", []),
        ("COPY *.toml $MODEL model-?.bin ./", []),
        ("ADD https://example.org/x.tar.gz git@example.org:x/y.git /x/", []),
        ("COPY <<EOF /etc/x.conf\nCOPY nothing ./\nEOF\nCOPY later /x", ["later"]),
        ("COPY [broken", []),
        ("RUN cp here there", []),
        ("COPY", []),
        ("COPY --from=0", []),
    ],
)
def test_what_is_taken_from_the_context(line: str, paths: list[str]) -> None:
    assert list(copied_paths(f"FROM scratch\n{line}\n")) == paths
