"""How columns of lists of pupils are called."""

from __future__ import annotations

from programs.spreadsheets import Vocabulary

FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "ma hoc sinh", "ma hs", "mhs", "ma so hoc sinh", "ma so hs", "mshs", "ma dinh danh", "ma dinh danh bo gddt",
        "ma dinh danh bo gd dt", "ma dinh danh cua bo gddt", "ma dinh danh moet", "ma dinh danh hoc sinh",
        "ma dinh danh hs", "ma hoc sinh bo gd", "ma hoc sinh csdl", "ma csdl", "ma so dinh danh hoc sinh", "ma moet",
        "student id", "student code", "student number", "pupil id", "pupil code", "id hoc sinh", "moet id",
    ),
    "full_name": (
        "ho va ten", "ho ten", "ho va ten hoc sinh", "ho ten hoc sinh", "ho va ten hs", "ho ten hs", "ten hoc sinh",
        "ten hs", "ho dem va ten", "ho chu dem va ten", "ho va ten em", "full name", "name", "student name",
        "pupil name", "fullname", "name of student", "ho  ten",
    ),
    "last_middle_name": (
        "ho", "ho dem", "ho va dem", "ho lot", "ho va ten dem", "ho va chu lot", "ho chu lot", "ho va lot", "ho ten dem",
        "ho va chu dem", "last name", "surname", "family name", "last and middle name", "family and middle name",
    ),
    "given_name": ("ten", "ten hoc sinh rieng", "given name", "first name"),
    "birth_date": (
        "ngay sinh", "ngay thang nam sinh", "ngay thang nam", "sinh ngay", "ns", "ngay thang sinh", "nam sinh", "ntns",
        "ntn sinh", "ngay sinh hs", "ngay sinh hoc sinh", "date of birth", "birth date", "birthday", "dob", "birthdate",
    ),
    "gender": (
        "gioi tinh", "gt", "phai", "nam nu", "nu", "nam", "nu x", "nam x", "la nu", "hoc sinh nu", "hs nu", "gender", "sex", "female",
    ),
    "class_name": ("lop", "lop hoc", "ten lop", "lop dang hoc", "class", "class name", "grade class", "form"),
    "class_code": ("ma lop", "ma lop hoc", "class code", "class id"),
    "school": (
        "truong", "ten truong", "truong hoc", "ma truong", "don vi", "ten don vi", "co so giao duc", "school",
        "school name", "school code",
    ),
    "status": (
        "trang thai", "trang thai hoc sinh", "trang thai hs", "trang thai hoc", "tinh trang hoc", "tinh trang hoc tap",
        "dien bien", "status",
    ),
    "guardian_name": (
        "ho ten cha", "ho va ten cha", "ten cha", "cha", "ho ten bo", "ho va ten bo", "ten bo", "bo", "ho ten me",
        "ho va ten me", "ten me", "me", "ho ten cha me", "ho va ten cha me", "ho ten cha hoac me", "cha me",
        "ho ten phu huynh", "ho va ten phu huynh", "ten phu huynh", "phu huynh", "phhs", "ten phhs", "ho ten phhs",
        "ho ten nguoi giam ho", "ho va ten nguoi giam ho", "nguoi giam ho", "ten nguoi giam ho", "guardian",
        "guardian name", "parent", "parent name", "father", "father name", "mother", "mother name", "nguoi dai dien",
    ),
    "guardian_phone": (
        "sdt", "so dt", "dt", "dien thoai", "so dien thoai", "sdt phu huynh", "sdt ph", "sdt phhs", "dt phu huynh",
        "dien thoai phu huynh", "so dien thoai phu huynh", "dien thoai lien he", "so dien thoai lien he", "sdt lien he",
        "sdt cha", "sdt bo", "sdt me", "sdt cha me", "dien thoai cha", "dien thoai bo", "dien thoai me",
        "so dien thoai cha", "so dien thoai me", "so dien thoai bo", "sdt nguoi giam ho",
        "so dien thoai nguoi giam ho", "dien thoai nguoi giam ho", "dien thoai di dong", "di dong", "so di dong",
        "cha sdt", "me sdt", "bo sdt", "phu huynh sdt", "cha dien thoai", "me dien thoai", "bo dien thoai",
        "phone", "phone number", "mobile", "parent phone", "guardian phone", "telephone", "tel", "zalo", "so zalo",
    ),
}  # fmt: skip

# What the portal never keeps, nor looks at: the law calls much of it sensitive, and no programme needs it.
SENSITIVE = (
    "cccd", "cmnd", "cmt", "can cuoc", "chung minh", "dinh danh ca nhan", "so dinh danh", "dinh danh cong dan",
    "ma dinh danh cong dan", "ma dinh danh ca nhan", "identity", "id card", "citizen id", "passport", "ho chieu",
    "dan toc", "ethnicity", "ethnic", "ton giao", "religion", "dang vien", "doan vien", "doi vien",
    "suc khoe", "health", "benh", "di ung", "allergy", "khuyet tat", "disability", "hoa nhap", "nhom mau",
    "chieu cao", "can nang", "the luc", "thi luc", "tiem", "vaccine", "vac xin", "hoa hoc suc khoe",
    "dia chi", "cho o", "noi o", "address", "thuong tru", "tam tru", "thon", "to dan pho", "khu pho", "so nha", "que quan",
    "nguyen quan", "noi sinh", "birthplace", "place of birth", "ho khau", "bhyt", "bao hiem", "insurance",
    "ho ngheo", "can ngheo", "ngheo", "poor", "mo coi", "orphan", "chinh sach", "thuong binh", "liet si", "mien giam",
    "con thuong binh", "dien uu tien", "hoan canh", "khu vuc", "tai khoan", "so the", "nghe nghiep", "thu nhap",
    "income", "occupation", "hanh kiem", "hoc luc", "ket qua", "diem", "ky luat", "email", "e mail", "facebook",
)  # fmt: skip

VOCABULARY = Vocabulary(
    fields=FIELDS,
    sensitive=SENSITIVE,
    joined={"full_name": ("last_middle_name", "given_name")},
    split={
        "birth_date": (
            ("ngay", "ngay sinh", "day"), ("thang", "thang sinh", "month"), ("nam", "nam sinh", "year"),
        ),
    },
    instead={"class_code": "class_name"},
)  # fmt: skip
