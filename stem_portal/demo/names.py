"""Realistic Vietnamese names."""

from __future__ import annotations

from random import Random

# Repeated by how common they are.
FAMILY = (
    ["Nguyễn"] * 12
    + ["Trần"] * 5
    + ["Lê"] * 4
    + ["Phạm"] * 3
    + ["Huỳnh"] * 3
    + ["Võ"] * 2
    + ["Phan", "Đặng", "Bùi"] * 2
    + ["Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trương", "Mai", "Đoàn", "Lâm", "Châu", "Cao", "Thái", "Tô"]
)
MIDDLE_FEMALE = [
    "Thị",
    "Ngọc",
    "Thanh",
    "Khánh",
    "Bảo",
    "Thùy",
    "Minh",
    "Phương",
    "Thảo",
    "Mỹ",
    "Hoài",
    "Kim",
    "Gia",
    "Quỳnh",
]
MIDDLE_MALE = [
    "Văn",
    "Minh",
    "Quốc",
    "Gia",
    "Đức",
    "Hoàng",
    "Thành",
    "Anh",
    "Tuấn",
    "Hữu",
    "Công",
    "Nhật",
    "Trung",
    "Xuân",
]
GIVEN_FEMALE = [
    "An", "Anh", "Ánh", "Châu", "Chi", "Diễm", "Dung", "Duyên", "Giang", "Hà", "Hạnh", "Hân", "Hiền", "Hoa", "Hương", "Khánh",
    "Lan", "Linh", "Ly", "Mai", "My", "Nga", "Ngân", "Ngọc", "Nhi", "Nhung", "Oanh", "Phương", "Quyên", "Quỳnh", "Tâm",
    "Thảo", "Thi", "Thơ", "Thư", "Thủy", "Tiên", "Trang", "Trâm", "Trân", "Trinh", "Trúc", "Tú", "Uyên", "Vân", "Vy", "Xuân", "Yến",
]  # fmt: skip
GIVEN_MALE = [
    "An", "Anh", "Bách", "Bảo", "Bình", "Công", "Cường", "Danh", "Dũng", "Duy", "Đạt", "Đăng", "Đức", "Hải", "Hào", "Hậu", "Hiếu",
    "Hoàng", "Huy", "Hưng", "Khang", "Khánh", "Khoa", "Khôi", "Kiên", "Kiệt", "Lâm", "Lộc", "Long", "Minh", "Nam", "Nghĩa",
    "Nhân", "Phát", "Phong", "Phúc", "Quân", "Quang", "Sơn", "Tài", "Tâm", "Thành", "Thiện", "Thịnh", "Toàn", "Trí", "Trung", "Tuấn", "Tùng", "Vinh",
]  # fmt: skip


def full_name(random: Random, *, female: bool) -> str:
    family = random.choice(FAMILY)
    middle = random.choice(MIDDLE_FEMALE if female else MIDDLE_MALE)
    given = random.choice([name for name in (GIVEN_FEMALE if female else GIVEN_MALE) if name != middle])
    return f"{family} {middle} {given}"
