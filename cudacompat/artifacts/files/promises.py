"""Files that are not what their names say: a page of an error saved as a wheel, a pointer of Git LFS for a library; and
those of which only their name says what they hold.

What a file is, its bytes decide. These bytes are of no kind that is read, and the name says that there should be
something: so nothing is known of what ought to be there.
"""

from __future__ import annotations

import re

# As a published file is called. A `.gz` or `.zip` of test data may hold anything, but these are what people install.
_ARCHIVE = (
    r"\.(?:whl|zip|egg|conda|crate|deb|rpm|tgz|txz|tbz2?|tar\.(?:gz|xz|bz2|zst|lz4)|7z|rar|arj|lzh|cab|dmg|iso|snap"
    r"|flatpak|squashfs|sqsh|qcow2|vmdk|vhdx?|vdi|wim)"
)
_LIBRARY = r"\.(?:so(?:\.\d+)*|dll|pyd|cubin|fatbin|ptx|a|lib|o|obj|exe)"
_ARCHIVES = re.compile(rf"{_ARCHIVE}$", re.IGNORECASE)
_LIBRARIES = re.compile(rf"{_LIBRARY}$", re.IGNORECASE)
# What has no marks of its own: brotli, OpenPGP, most that encrypts; OSTree's files, behind a head of their own.
_WRAPPED = re.compile(
    rf"(?:{_ARCHIVE}|{_LIBRARY}|\.tar)\.(?:br|gpg|pgp|enc|aes|crypt|z|lz|lzo|rz|bz3|sz|zz)$|\.filez$", re.IGNORECASE
)
# Documents are compound files, too; what tells a package of Windows Installer stands far behind the first bytes.
_INSTALLER = re.compile(r"\.ms[imp]$", re.IGNORECASE)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LONGEST_ENDING = 64  # characters in which these are looked for: paths have hundreds
_POINTER = b"version https://git-lfs.github.com/spec/"  # the first line that Git LFS' specification demands
_PAGE = re.compile(rb"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


def broken_promise(name: str, head: bytes) -> str | None:
    """Return why a file that holds nothing which is read is not what its name says; None where the name says nothing
    of the kind. `head` is how it begins."""
    last = name[-_LONGEST_ENDING:]
    if head.startswith(_COMPOUND):
        return (
            "a package of Windows Installer, which is not opened; msiextract unpacks it"
            if _INSTALLER.search(last)
            else None
        )
    if _WRAPPED.search(last) is not None:
        return "packed or encrypted in a form that is not opened, as its name says; unpack it" if head else None
    archive = _ARCHIVES.search(last) is not None
    if not archive and _LIBRARIES.search(last) is None:
        return None
    if head.startswith(_POINTER):
        return "a pointer of Git LFS; git lfs pull fetches the file itself"
    if _PAGE.match(head):
        return "a web page, saved under the name of another file"
    if not archive:
        return None  # linkers read texts by the names of libraries
    return (
        "no archive: only its name says that it is one"
        if head
        else "an empty file, whose name says that it is an archive"
    )
