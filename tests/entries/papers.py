"""Reports in Vietnamese as PDF files: written, copied with changes, on the same form, and scanned."""

from __future__ import annotations

import textwrap
from io import BytesIO
from random import Random

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import INK, REGULAR, draw_left

WORDS = [
    "nước",
    "giếng",
    "đục",
    "sau",
    "mưa",
    "chúng",
    "em",
    "lọc",
    "bằng",
    "than",
    "gáo",
    "dừa",
    "cát",
    "sỏi",
    "rồi",
    "đo",
    "độ",
    "đục",
    "bằng",
    "cảm",
    "biến",
    "tự",
    "làm",
    "kết",
    "quả",
    "trung",
    "bình",
    "mỗi",
    "lần",
    "thử",
    "giảm",
    "còn",
    "một",
    "phần",
    "ba",
    "so",
    "với",
    "lúc",
    "đầu",
    "nguồn",
    "điện",
    "pin",
    "mặt",
    "trời",
    "mạch",
    "điều",
    "khiển",
    "lập",
    "trình",
    "ghi",
    "số",
    "liệu",
    "hằng",
    "ngày",
    "vườn",
    "trường",
    "cây",
    "rau",
    "muống",
    "đất",
    "phèn",
    "độ",
    "ẩm",
    "nhiệt",
    "độ",
    "ánh",
    "sáng",
    "bảng",
    "biểu",
    "đồ",
    "sai",
    "số",
    "nguyên",
    "nhân",
    "giả",
    "thuyết",
    "kiểm",
    "chứng",
    "tiết",
    "kiệm",
    "chi",
    "phí",
    "vật",
    "liệu",
    "tái",
    "chế",
    "chai",
    "nhựa",
    "rác",
    "thải",
    "phân",
    "loại",
    "camera",
    "nhận",
    "dạng",
    "xe",
    "buýt",
    "học",
    "sinh",
    "an",
    "toàn",
    "cổng",
    "đường",
    "ngập",
    "tiếng",
    "ồn",
    "bụi",
    "mịn",
    "gió",
    "máy",
    "bơm",
    "tưới",
    "nhỏ",
    "giọt",
    "người",
    "cao",
    "tuổi",
    "gậy",
    "dẫn",
    "đường",
    "nhắc",
    "uống",
    "thuốc",
    "dịch",
    "ngôn",
    "ngữ",
    "kí",
    "hiệu",
]
FORM = """SỞ GIÁO DỤC VÀ ĐÀO TẠO. Cuộc thi Ý tưởng sáng tạo học sinh. THUYẾT MINH DỰ ÁN. Phần một: thông tin chung về đề tài,
lĩnh vực dự thi, thời gian thực hiện từ ngày đến ngày. Phần hai: lí do chọn đề tài, câu hỏi nghiên cứu, mục tiêu, phương
pháp tiến hành, vật liệu và dụng cụ, các bước thực hiện. Phần ba: kết quả đạt được, thảo luận, kết luận và hướng phát
triển. Chúng em cam đoan đây là công trình của nhóm, mọi tài liệu tham khảo đã được ghi nguồn đầy đủ. Ghi rõ họ tên, lớp,
trường của từng thành viên và xác nhận của người hướng dẫn."""


def written(seed: int, words: int = 700) -> str:
    """A report about something of its own."""
    random = Random(seed)
    return " ".join(random.choice(WORDS) for _ in range(words))


def copied(text: str, every: int = 40) -> str:
    """The same report with some words replaced, as somebody does who hopes that nobody will see."""
    return " ".join("khác" if place % every == every - 1 else word for place, word in enumerate(text.split()))


def report(text: str) -> bytes:
    buffer = BytesIO()
    page, y = Canvas(buffer, pagesize=A4, invariant=1), 780
    for line in textwrap.wrap(text, 85):
        if y < 60:
            page.showPage()
            y = 780
        draw_left(page, 60, y, line, REGULAR, 11, INK)
        y -= 16
    page.save()
    return buffer.getvalue()


def scanned(pages: int = 3) -> bytes:
    """Pictures of pages with nothing but the mark of the program that took them."""
    buffer = BytesIO()
    page, picture = Canvas(buffer, pagesize=A4, invariant=1), ImageReader(Image.new("RGB", (200, 280), "ivory"))
    for _ in range(pages):
        page.drawImage(picture, 0, 0, *A4)
        draw_left(page, 60, 20, "Quét bằng CamScanner", REGULAR, 8, INK)
        page.showPage()
    page.save()
    return buffer.getvalue()
