"""What others wrote and boards carry along is what its list says, with its licence."""

import tomllib
from hashlib import sha256
from importlib.resources import files

from bench.site.pages import VENDORED

FOLDER = files("bench.site").joinpath("static", "vendor")


def test_every_file_has_the_hash_of_the_list():
    listed = tomllib.loads(FOLDER.joinpath("VENDORED.toml").read_text("utf-8"))
    assert set(listed) == {name for name in VENDORED if name.endswith(".js")}
    for name, entry in listed.items():
        assert sha256(FOLDER.joinpath(*name.split("/")).read_bytes()).hexdigest() == entry["sha256"], name
        assert name.split("/")[0] == f"{entry['package']}-{entry['version']}"


def test_every_library_carries_its_licence():
    for folder in {name.split("/")[0] for name in VENDORED}:
        assert f"{folder}/LICENSE" in VENDORED
        assert "ermission" in FOLDER.joinpath(folder, "LICENSE").read_text("utf-8")
