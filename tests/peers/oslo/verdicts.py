#!/usr/bin/env python3
"""Records what oslo.utils (imageutils.format_inspector, OpenStack's own inspection) says of every image and every damaged
one of tests/fixtures/images/, in the part "oslo" of recorded.json.

    python3 -m venv venv && venv/bin/pip install oslo.utils==10.2.0 cryptography
    venv/bin/python tests/peers/oslo/verdicts.py

Needs zstd. The test that compares is src/inspect/tests/peers.rs.
"""

import importlib.metadata
import io
import json
import logging
import pathlib
import subprocess
import zlib

from oslo_utils.imageutils import format_inspector

IMAGES = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures" / "images"


def crc32c(data):
    """With a table of its own: Python has none."""
    table = []
    for index in range(256):
        for _ in range(8):
            index = (index >> 1) ^ (0x82F63B78 if index & 1 else 0)
        table.append(index)
    total = 0xFFFFFFFF
    for byte in data:
        total = (total >> 8) ^ table[(total ^ byte) & 255]
    return total ^ 0xFFFFFFFF


def checksum(kind, data):
    if kind == "vhdsum":
        return (~sum(data) & 0xFFFFFFFF).to_bytes(4, "big")
    return (crc32c(data) if kind == "crc32c" else zlib.crc32(data)).to_bytes(4, "little")


def damage(data, steps):
    """Does to the bytes what damaged.json says."""
    for kind, *rest in steps:
        if kind == "resize":
            data = data[: rest[0]].ljust(rest[0], b"\0")
        elif kind == "cut":
            data = data[: -rest[0]]
        elif kind == "copy":
            start, length, at = rest
            data = data[:at] + data[start : start + length] + data[at + length :]
        elif kind == "append":
            data = data + bytes.fromhex(rest[0])
        else:
            at = rest[0] if rest[0] >= 0 else len(data) + rest[0]
            if kind in ("crc32", "crc32c", "vhdsum"):
                length, place = rest[1], rest[2] if rest[2] >= 0 else len(data) + rest[2]
                data = data[:place] + bytes(4) + data[place + 4 :]
                at, value = place, checksum(kind, data[at : at + length])
            elif kind == "put":
                value = bytes.fromhex(rest[1])
            elif kind in ("le", "be"):
                value = rest[2].to_bytes(rest[1], "little" if kind == "le" else "big")
            else:
                value = rest[1].encode({"text": "ascii", "utf16le": "utf-16-le", "utf16be": "utf-16-be"}[kind])
            data = data[:at] + value + data[at + len(value) :]
    return data


def verdict(data):
    """Its format, virtual size, and which safety checks fail."""
    try:
        wrapper = format_inspector.InspectWrapper(io.BytesIO(data))
        while wrapper.read(65536):
            pass
        wrapper.close()
        formats = sorted(str(found) for found in wrapper.formats)
        if len(formats) != 1:
            return {"formats": formats}
        found = wrapper.format
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    answer = {"formats": formats}
    try:
        answer["virtual-size"] = found.virtual_size
    except Exception as error:
        answer["virtual-size-error"] = type(error).__name__
    try:
        found.safety_check()
    except format_inspector.SafetyCheckFailed as failed:
        answer["unsafe"] = sorted(failed.failures)
    except Exception as error:
        answer["unsafe"] = [type(error).__name__]
    return answer


def main():
    logging.disable(logging.CRITICAL)
    path = IMAGES / "recorded.json"
    recorded = json.loads(path.read_text())
    names = json.loads((IMAGES / "images.json").read_text())["images"]
    images = {
        name: subprocess.run(["zstd", "-dqc", IMAGES / f"{name}.zst"], check=True, capture_output=True).stdout
        for name in names
    }
    verdicts = {name: verdict(data) for name, data in images.items()}
    for name, image, steps, _ in json.loads((IMAGES / "damaged.json").read_text())["damaged"]:
        verdicts[name] = verdict(damage(images[image], steps))
    recorded["oslo.utils"] = importlib.metadata.version("oslo.utils")
    recorded["oslo"] = verdicts
    path.write_text(json.dumps(recorded, indent=1) + "\n")
    print(f"{len(verdicts)} verdicts of oslo.utils {recorded['oslo.utils']}")


if __name__ == "__main__":
    main()
