"""Messages of compilers and loaders in other languages, in English."""

from __future__ import annotations

from cudacompat.domain.words.error_lines import names_fault
from cudacompat.domain.words.translations import FOREIGN_NEEDLES, in_english
from tests.helpers.each_row import each_case


@each_case(
    ("line", "english"),
    [
        ("gcc: 致命错误\uff1a没有输入文件", "gcc: fatal error:没有输入文件"),
        (
            "x.c:1:10: schwerwiegender Fehler: a.h: Datei oder Verzeichnis nicht gefunden",
            "x.c:1:10: fatal error: a.h: No such file or directory",
        ),
        (
            "x.c:1:10: erreur fatale : a.h : Aucun fichier ou dossier de ce type",
            "x.c:1:10: fatal error: a.h : No such file or directory",
        ),
        ("bash: nvcc: 未找到命令", "bash: nvcc: command not found"),
        ("bash: nvcc : commande introuvable", "bash: nvcc : command not found"),
        ("k.c\uff1a对\u2018f\u2019未定义的引用", "k.c\uff1aundefined reference to `f'"),
        ("k.c: undefinierter Verweis auf »f«", "k.c: undefinierter Verweis auf »f«"),  # other marks: left as it is
        ("k.c: undefinierter Verweis auf `f'", "k.c: undefinierter Verweis auf `f'"),  # plain ASCII is not looked at
    ],
)
def test_a_message_in_another_language(line: str, english: str) -> None:
    assert in_english(line) == english


@each_case(
    "line",
    [
        "-- Erreurs : aucune",
        "Der Test fand keinen Fehler",
        "le module est introuvable ailleurs",
        "正在编译 kernel.cu",
        "x.c:1:10: error: 'f' undeclared",
    ],
)
def test_another_line_stays_as_it_is(line: str) -> None:
    assert in_english(line) == line


@each_case("needle", FOREIGN_NEEDLES)
def test_each_literal_is_of_a_message(needle: str) -> None:
    assert needle == needle.lstrip()
    assert not needle.isascii() or " " in needle or len(needle) > 8


def test_a_translated_message_names_a_fault() -> None:
    assert names_fault(in_english("server: libwidget.so.3: 无法打开共享对象文件: 没有那个文件或目录"))
