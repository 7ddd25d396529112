"""What a file refers to: variables and files that it names, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from applinks.declared.references import LARGEST, CannotBeRead, Surroundings, is_reference, read_text


def surroundings(folder: Path, **environment: str) -> Surroundings:
    return Surroundings(folder, environment)


@pytest.mark.parametrize("text", ["env:NAME", "env:_a1", "file:key.pem", "file:/etc/key", "file:../key"])
def test_these_are_references(text):
    assert is_reference(text)


@pytest.mark.parametrize(
    "text", ["", "env:", "env:1A", "env:A B", "env:A\n", "file:", "file:\0", "hunter2", "ENV:A", "x env:A"]
)
def test_these_are_none(text):
    assert not is_reference(text)


def test_a_variable_is_read_as_it_is(tmp_path):
    assert surroundings(tmp_path, NAME=" x\n").read("env:NAME") == " x\n"


@pytest.mark.parametrize("environment", [{}, {"NAME": ""}])
def test_a_variable_that_is_not_set_or_empty_cannot_be_read(tmp_path, environment):
    with pytest.raises(CannotBeRead, match="NAME is not set"):
        surroundings(tmp_path, **environment).read("env:NAME")


def test_a_relative_file_lies_beside_the_link_file_and_loses_the_line_end_of_its_editor(tmp_path):
    (tmp_path / "secret").write_bytes(b" s3cret \r\n")
    assert surroundings(tmp_path).read("file:secret") == " s3cret "
    assert Surroundings(Path("/nowhere"), {}).read(f"file:{tmp_path}/secret") == " s3cret "


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(CannotBeRead, match="missing: No such file"):
        surroundings(tmp_path).read("file:missing")


def test_a_pipe_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotBeRead, match="no regular file"):
        surroundings(tmp_path).read("file:pipe")


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_neither_does_a_device_or_a_folder(tmp_path, path):
    with pytest.raises(CannotBeRead):
        surroundings(tmp_path).read(f"file:{path}")


def test_a_file_may_be_so_large_and_no_larger(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * LARGEST)
    assert len(read_text(tmp_path / "large", LARGEST)) == LARGEST
    (tmp_path / "large").write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(CannotBeRead, match="larger than 64 KiB"):
        read_text(tmp_path / "large", LARGEST)


def test_what_is_no_text_is_refused_without_showing_it(tmp_path):
    (tmp_path / "bytes").write_bytes(b"canary\xff")
    with pytest.raises(CannotBeRead) as refused:
        surroundings(tmp_path).read("file:bytes")
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_environment_is_not_shown():
    """T-66"""
    assert "canary" not in repr(surroundings(Path(), SECRET="canary"))
