"""What the benchmark of uploads runs inside: the portal with a purpose for its files, the worker, and photographs."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stem_portal.settings")
django.setup()

from PIL import Image, ImageOps  # noqa: E402

from programs.core.private_files import forget_file  # noqa: E402
from programs.uploads.choices import MEGABYTE, FileKind  # noqa: E402
from programs.uploads.hooks import KeptFile, Purpose, Terms, register  # noqa: E402
from programs.uploads.models import Upload  # noqa: E402
from stem_portal.wsgi import application  # noqa: E402, F401 - what gunicorn serves

PURPOSE = "bench.file"


class BenchFiles(Purpose):
    code, label = PURPOSE, "Benchmark"

    def terms(self, user, target: int) -> Terms:
        return Terms(kinds=list(FileKind), most_bytes=2048 * MEGABYTE)

    def keep(self, upload: Upload, file: KeptFile) -> None:
        forget_file(file.key)
        forget_file(file.preview_key)

    def page(self, target: int) -> str:
        return "/"


register(BenchFiles())


def peak_mb() -> float:
    return round(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024, 1)


def work() -> dict:
    """What arrived, through the checks, as the worker does it."""
    from programs.core.worker import run_due_jobs

    began = time.perf_counter()
    run_due_jobs()
    state = Upload.objects.latest("pk").state
    return {"seconds": time.perf_counter() - began, "state": state, "peak_mb": peak_mb()}


# --- Photographs --------------------------------------------------------------------------------
def photograph() -> bytes:
    """Twelve megapixels as a telephone takes them, lying on its side, with a place."""
    noise = Image.effect_noise((1000, 750), 24).resize((4000, 3000), Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (noise, ImageOps.mirror(noise), ImageOps.flip(noise)))
    exif = picture.getexif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    data = BytesIO()
    picture.save(data, "JPEG", quality=90, exif=exif)
    return data.getvalue()


def naive(data: bytes) -> None:
    """What one writes first: decode, turn, shrink twice, save twice."""
    with Image.open(BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    for side, quality in ((1600, 84), (400, 80)):
        small = upright.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        small.save(BytesIO(), "JPEG", quality=quality)


def photographs(rounds: int) -> dict:
    """A photograph at a time by plain Pillow, by the portal's own code, and by its checking process, in turn."""
    from programs.uploads.reading.cleaning import clean_image
    from programs.uploads.reading.engine import CHECKER

    data = photograph()
    taken = {"plain": 0.0, "cleaned": 0.0, "checked": 0.0}
    clean_image(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        found = CHECKER.look_at(path, list(FileKind))
        steps = {
            "plain": lambda: naive(data),
            "cleaned": lambda: clean_image(data),
            "checked": lambda: CHECKER.look_at(path, list(FileKind)),
        }
        for _number in range(rounds):
            path.write_bytes(data)
            for name, step in steps.items():
                began = time.perf_counter()
                step()
                taken[name] += time.perf_counter() - began
    rates = {name: rounds / seconds for name, seconds in taken.items()}
    return rates | {"reader_mb": round(found["peak_kb"] / 1024, 1)}


if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    answer = work() if step == "work" else photographs(int(arguments[0]))
    sys.stdout.write(json.dumps(answer))
