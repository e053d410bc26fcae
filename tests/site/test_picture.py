"""Pictures name their drawing: another machine's pixels are no other picture, another drawing is one."""

import io
import struct
import zlib

import vl_convert

from bench.site import picture
from bench.site.publish import check, publish

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="9" height="9" fill="{}"/></svg>'
)
BLUE, RED = SVG.format("blue"), SVG.format("red")


def chunks(png):
    """Read a PNG chunk by chunk, checking each sum."""
    stream = io.BytesIO(png)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    while head := stream.read(8):
        length, kind = struct.unpack(">I4s", head)
        body = stream.read(length)
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + body)
        yield kind, body


def test_a_named_picture_is_a_whole_one_with_the_same_pixels():
    plain = vl_convert.svg_to_png(BLUE)
    found = list(chunks(picture.named(plain, BLUE)))
    assert [chunk for chunk in found if chunk[0] != b"tEXt"] == list(chunks(plain))
    assert [kind for kind, _ in found[:2]] == [b"IHDR", b"tEXt"]
    keyword, _, text = dict(found)[b"tEXt"].partition(b"\0")
    assert (keyword, len(text)) == (b"Drawing", 64)


def test_one_drawing_is_one_picture_at_whatever_pixels():
    here, there = (vl_convert.svg_to_png(BLUE, scale=scale) for scale in (1, 2))
    assert here != there
    assert picture.same(picture.named(here, BLUE), picture.named(there, BLUE))
    assert not picture.same(picture.named(here, BLUE), picture.named(here, RED))
    assert not picture.same(here, here)
    whole = picture.named(here, BLUE)
    assert not picture.same(whole[:-1], whole)


def test_pixels_of_another_machine_are_not_stale_and_another_drawing_is(result, tmp_path):
    publish(result, tmp_path)
    png = next((tmp_path / "charts").glob("*.png"))
    svg = png.with_suffix(".svg").read_text("utf-8")
    elsewhere = picture.named(vl_convert.svg_to_png(svg, scale=1), svg)
    assert elsewhere != png.read_bytes()
    png.write_bytes(elsewhere)
    assert check(result, tmp_path) == []
    assert publish(result, tmp_path) == []
    png.write_bytes(picture.named(vl_convert.svg_to_png(BLUE), BLUE))
    assert check(result, tmp_path) == [f"charts/{png.name}"]
    png.write_bytes(b"broken")
    assert publish(result, tmp_path) == [png]
