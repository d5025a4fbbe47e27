"""What compilers, linkers, loaders and shells print in other languages, in English.

Source: the catalogues of messages (po/*.po) of gcc, binutils, glibc, bash and make.
"""

# ruff: noqa: RUF001, E501 - the letters of other languages are meant, and are counted as wider ones

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"致命错误\s?[:\uff1a]|schwerwiegender Fehler:|erreur fatale\s?:|error fatal:|фатальная ошибка:|"
        r"errore irreversibile:|"
        r"致命的エラー:|erro fatal:",
        "fatal error:",
    ),
    (r"错误\s?[:\uff1a]|\bFehler:|\berreur\s?:|\bошибка:|\berrore:|エラー\s?[:\uff1a]|\berro:|\bbłąd:|오류:", "error:"),
    (
        r"没有那个文件或目录|Datei oder Verzeichnis nicht gefunden|Aucun fichier ou dossier de ce (?:type|nom)|"
        r"No existe el (?:archivo|fichero) o el directorio|Нет такого файла или каталога|File o directory non esistente|"
        r"そのようなファイルやディレクトリはありません|Arquivo ou diretório (?:não encontrado|inexistente)|"
        r"그런 파일이나 디렉터리가 없습니다",
        "No such file or directory",
    ),
    (
        r"无法打开共享(?:对象|目标)文件|Kann die Shared-Object-Datei nicht öffnen|"
        r"[Ii]mpossible d'ouvrir le fichier d'objet partagé|no se puede abrir el (?:archivo|fichero) del objeto compartido|"
        r"невозможно открыть разделяемый объектный файл|共有オブジェクトファイルを開けません",
        "cannot open shared object file",
    ),
    (
        r"未找到命令|(?:Kommando|Befehl) nicht gefunden|commande introuvable|(?:orden no encontrada|no se encontró la orden)|"
        r"команда не найдена|comando non trovato|コマンドが見つかりません|comando não encontrado",
        "command not found",
    ),
    (
        r"No se puede encontrar el módulo especificado|找不到指定的模块|Das angegebene Modul wurde nicht gefunden|"
        r"Le module spécifié est introuvable|Не найден указанный модуль|Impossibile trovare il modulo specificato|"
        r"指定されたモジュールが見つかりません|Não foi possível encontrar o módulo especificado|지정된 모듈을 찾을 수 없습니다",
        "The specified module could not be found",
    ),
    (
        r"El sistema no puede encontrar el archivo especificado|系统找不到指定的文件|Das System kann die angegebene Datei nicht "
        r"finden|Le fichier spécifié est introuvable|Не удается найти указанный файл|Impossibile trovare il file specificato|"
        r"指定されたファイルが見つかりません|O sistema não pode encontrar o arquivo especificado|지정된 파일을 찾을 수 없습니다",
        "The system cannot find the file specified",
    ),
    (
        r"权限不够|Keine Berechtigung|Permission non accordée|Permiso denegado|Отказано в доступе|Permesso negato|"
        r"許可がありません|Permissão negada",
        "Permission denied",
    ),
    (
        r"设备上没有空间|Auf dem Gerät ist kein Speicherplatz mehr verfügbar|Aucun espace disponible sur le périphérique|"
        r"No queda espacio en el dispositivo|На устройстве не осталось свободного места|デバイスに空き領域がありません",
        "No space left on device",
    ),
    (r"隐式声明函数|隐式声明与内建函数", "implicit declaration of function"),
)
_UNDEFINED = re.compile(
    r"对['`\u2018](?P<zh>[^'\u2019\n]{1,300})['\u2019]未定义的引用|(?:Nicht definierter Verweis auf|undefinierter Verweis auf|"
    r"[Rr]éférence indéfinie (?:vers|à)|referencia a|неопределённая ссылка на|riferimento non definito a)\s"
    r"['`\u2018\u00ab ]{1,3}(?P<other>[^'\u2019\u00bb\n]{1,300})['\u2019\u00bb ]{1,3}(?:sin definir)?"
)
_PATTERNS = tuple((re.compile(pattern), english) for pattern, english in _WORDS)
_FOREIGN = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _WORDS))

# Literals one of which a line holds that may be of another language and has no other word of an error.
FOREIGN_NEEDLES: tuple[str, ...] = (
    "没有那个文件", "无法打开共享", "未找到命令", "权限不够", "设备上没有空间", "未定义的引用",
    "nicht gefunden", "nicht öffnen", "Keine Berechtigung", "kein Speicherplatz", "efinierter Verweis",
    "Aucun fichier", "mpossible d'ouvrir", "introuvable", "non accordée", "Aucun espace", "éférence indéfinie",
    "No existe el", "no se puede abrir", "no encontrada", "Permiso denegado", "No queda espacio", "sin definir",
    "Нет такого файла", "невозможно открыть", "команда не найдена", "Отказано в доступе", "На устройстве не осталось",
    "неопределённая ссылка", "non esistente", "non trovato", "Permesso negato", "riferimento non definito",
    "そのようなファイル", "共有オブジェクト", "コマンドが見つかりません", "許可がありません", "デバイスに空き領域",
    "não encontrado", "inexistente", "Permissão negada", "erro: ", "erro fatal:", "błąd:", "오류:", "그런 파일이나",
    "error fatal:",
)  # fmt: skip


def in_english(text: str) -> str:
    """Return the text of a line with what is known of other languages in English; most lines come back as they are."""
    if _FOREIGN.search(text) is not None:
        for pattern, english in _PATTERNS:
            text = pattern.sub(english, text)
    found = _UNDEFINED.search(text) if not text.isascii() else None
    if found is not None:
        text = f"{text[: found.start()]}undefined reference to `{found['zh'] or found['other']}'{text[found.end() :]}"
    return text
