"""The house keeps its walls: who may import whom, and what each room of the floor plan may not do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

ROOT = Path(__file__).resolve().parent.parent

# Who may import whom: a wing imports those above it here, never one of its own line, and none below.
FLOORS = [
    {"core"},
    {"spreadsheets"},
    {"accounts"},
    {"notices"},
    {"uploads"},
    {"schools"},
    {"claims"},
    {"pupils"},
    {"rosters", "cards", "consents"},
    {"data_rights", "duplicates"},
    {"topics"},
    {"centres"},
    {"authorities"},
    {"bookings"},
    {"approvals"},
    {"timetables"},
    {"ballots", "visit_days", "calendars"},
    {"curricula"},
    {"activities"},
    {"competitions", "students"},
    {"projects"},
    {"documents"},
    {"endorsements"},
    {"entries"},
    {"judging"},
    {"certificates"},
    {"participation"},
    {"reviews"},
    {"cms"},
    {"stem_portal"},
]
FLOOR_OF = {wing: number for number, floor in enumerate(FLOORS) for wing in floor}
WINGS = [wing for floor in FLOORS[:-2] for wing in sorted(floor)]
TOOLS = {"core", "spreadsheets"}  # their files are tools for every wing, not rooms of an activity

# The rooms of a wing: a file of this name, or a folder once it outgrows 400 lines.
PLAN = {
    "choices", "models", "policy", "rules", "queries", "actions", "forms", "views", "urls", "emails", "pdf",
    "print_words", "words", "reading", "exports", "xlsx", "ical", "api", "admin", "desk", "personal", "tasks", "hooks",
    "apps", "migrations", "management", "data",
}  # fmt: skip
# What a setting of Django or allauth names: what they plug into the wing.
PLUGS = {"adapter", "agency", "backend", "middleware", "provider", "session_store", "totp"}
MOST_LINES, MOST_LINES_OF_A_WING, MOST_FOLDERS = 400, 5_000, 3
ROOMS_THAT_SPLIT = {"models", "rules", "queries", "actions", "forms", "views"}


def sources(folder: str) -> list[Path]:
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]


def wing_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "programs":
        return parts[0]
    return parts[1] if len(parts) > 2 else "programs"


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that ``path`` imports, wherever in the file, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def wing_of_module(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] in {"cms", "stem_portal"}:
        return parts[0]
    if parts[0] == "programs" and len(parts) > 1 and parts[1] in FLOOR_OF:
        return parts[1]
    return None


def breaches() -> list[str]:
    found = []
    for path in [*sources("programs"), *sources("cms"), *sources("stem_portal")]:
        wing = wing_of(path)
        for line, name in imports(path):
            target = wing_of_module(name)
            if target and target != wing and FLOOR_OF[target] >= FLOOR_OF.get(wing, len(FLOORS)):
                found.append(f"{path}:{line} ({wing}) imports {name}")
    return found


def test_imports_run_one_way_only():
    assert breaches() == []


@pytest.mark.parametrize(
    ("wing", "line"),
    [
        ("centres", "from programs.projects.models import Project"),
        ("ballots", "from programs.visit_days import queries"),
        ("schools", "def late():\n    from programs.pupils.models import Pupil"),
    ],
)
def test_the_guard_itself_sees_a_breach(tmp_path, monkeypatch, wing, line):
    """A guard that cannot fail proves nothing: one wing looks up, one at its neighbour, one in the middle of an act."""
    room = tmp_path / "programs" / wing
    room.mkdir(parents=True)
    (tmp_path / "cms").mkdir()
    (tmp_path / "stem_portal").mkdir()
    (room / "queries.py").write_text(f"{line}\n", encoding="utf-8")
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path)
    assert len(breaches()) >= 1


def test_foreign_keys_run_the_same_way():
    found = []
    for model in apps.get_models():
        wing = model._meta.app_label
        for field in model._meta.get_fields():
            if wing not in FLOOR_OF or not field.concrete or not field.is_relation:
                continue
            # The person is whom settings.AUTH_USER_MODEL names: every wing may point at one.
            if field.related_model in (None, get_user_model()):
                continue
            target = field.related_model._meta.app_label
            if target != wing and FLOOR_OF.get(target, -1) >= FLOOR_OF[wing]:
                found.append(f"{model._meta.label}.{field.name} -> {target}")
    assert found == []


def test_every_wing_is_on_the_map():
    folders = {path.name for path in (ROOT / "programs").iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(WINGS)
    assert {path.name for path in (ROOT / "programs").glob("*.py")} == {"__init__.py", "urls.py"}


@pytest.mark.parametrize("wing", [wing for wing in WINGS if wing not in TOOLS])
def test_nothing_lies_loose_beside_the_floor_plan(wing):
    found = {path.stem for path in (ROOT / "programs" / wing).iterdir() if not path.name.startswith("__")}
    assert found - PLAN - PLUGS == set()


def size_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_wing_holds_two_activities():
    """More than 5,000 lines, or more than three rooms that had to be split, are two wings."""
    found = set()
    for wing in WINGS:
        base = ROOT / "programs" / wing
        folders = [path for path in base.iterdir() if path.is_dir() and path.name in ROOMS_THAT_SPLIT]
        lines = sum(size_of(path) for path in sources(f"programs/{wing}"))
        if lines > MOST_LINES_OF_A_WING or len(folders) > MOST_FOLDERS:
            found.add(wing)
    assert found == set()


def rooms(name: str) -> list[Path]:
    """The files of one room of the floor plan in every wing: ``rules.py`` or ``rules/*.py``."""
    found = []
    for wing in WINGS:
        base = ROOT / "programs" / wing
        found += [path for path in [base / f"{name}.py", *sorted((base / name).glob("*.py"))] if path.is_file()]
    return found


NEVER = {
    "choices": {"django.http", "django.shortcuts", "programs.*.models", "programs.*.queries", "programs.*.actions"},
    "models": {"django.http", "django.shortcuts", "django.core.mail", "programs.*.queries", "programs.*.actions"},
    "queries": {
        "django.http",
        "django.shortcuts",
        "programs.*.policy",
        "programs.*.actions",
        "programs.*.views",
    },
    "policy": {
        "django.http",
        "django.shortcuts",
        "programs.*.actions",
        "programs.*.forms",
        "programs.*.views",
    },
    "rules": {
        "django.http",
        "django.shortcuts",
        "programs.*.policy",
        "programs.*.queries",
        "programs.*.actions",
        "programs.*.views",
    },
    "actions": {"django.http", "django.shortcuts", "django.contrib.messages", "programs.*.views", "programs.*.forms"},
    "forms": {"programs.*.actions", "programs.*.views"},
    "pdf": {"programs.*.queries", "programs.*.actions", "django.db"},
}


@pytest.mark.parametrize("room", sorted(NEVER))
def test_each_room_keeps_to_its_own(room):
    found = []
    for path in rooms(room):
        for line, name in imports(path):
            parts = name.split(".")
            general = ".".join(["programs", "*", *parts[2:3]]) if parts[0] == "programs" else name
            if parts[0] == "programs" and parts[1:2] and parts[1] in TOOLS:
                continue
            for banned in NEVER[room]:
                if general == banned or (not banned.startswith("programs") and name.startswith(banned)):
                    found.append(f"{path}:{line} imports {name}")
    assert found == []


def test_rules_ask_no_clock_and_no_database():
    for path in rooms("rules"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert not called.endswith((".now", ".localdate", ".today")), f"{path}:{node.lineno} asks the clock"
                assert ".objects." not in called, f"{path}:{node.lineno} asks the database"


def local_names(tree: ast.AST) -> set[str]:
    """Names that hold moments of the portal's time zone."""
    given = [
        node for node in ast.walk(tree) if isinstance(node, ast.Assign) and "localtime(" in ast.unparse(node.value)
    ]
    return {
        name.id for node in given for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
    }


def foreign_days(source: str) -> list[int]:
    """Where the day of a moment is asked in whatever zone it came: of one from the database that is Greenwich."""
    tree = ast.parse(source)
    known = local_names(tree)
    asked = [
        node.func.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
    ]
    held = [(each, each.value if isinstance(each, ast.Subscript) else each) for each in asked]
    return [each.lineno for each, base in held if "localtime(" not in ast.unparse(base) and root_of(base) not in known]


def test_the_day_of_a_moment_is_that_of_the_portals_zone():
    """Before 7:00 the day in Greenwich is the one before: ``timezone.localdate(moment)`` or ``local_day(moment)``."""
    without_zone = [ROOT / "programs" / "spreadsheets", ROOT / "programs" / "core" / "dates.py"]
    found = [
        f"{path}:{line}"
        for folder in ("programs", "cms", "stem_portal")
        for path in sources(folder)
        if not any(path.is_relative_to(each) for each in without_zone)
        for line in foreign_days(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_guard_of_days_sees_one_of_greenwich():
    assert foreign_days("day = session.starts_at.date()") == [1]
    assert foreign_days("day = (session.starts_at - timedelta(days=3)).date()") == [1]
    assert foreign_days("local = timezone.localtime(moment)\nday = local.date()") == []


def test_queries_never_write():
    writes = (".save", ".create", ".bulk_create", ".update", ".delete", ".get_or_create", ".update_or_create")
    for path in rooms("queries"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(writes):
                owner = ast.unparse(node.func)
                assert "objects" not in owner and "filter" not in owner, f"{path}:{node.lineno} writes: {owner}"


def test_actions_are_keyword_only_and_annotated():
    for path in rooms("actions"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            where = f"{path.relative_to(ROOT)}: {node.name}"
            assert not node.args.args, f"{where} takes positional arguments"
            assert node.returns is not None, f"{where} says not what it returns"
            assert all(argument.annotation for argument in node.args.kwonlyargs), f"{where} lacks an annotation"
            assert ast.get_docstring(node), f"{where} has no docstring"


def test_an_action_that_takes_a_key_reads_it():
    """``once`` reads it; whatever is written without it must name the key itself."""
    for path in rooms("actions"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "key" in [each.arg for each in node.args.kwonlyargs]:
                decorated = any(ast.unparse(each).startswith("once(") for each in node.decorator_list)
                named = any(isinstance(each, ast.Name) and each.id == "key" for each in ast.walk(node))
                assert decorated or named, f"{path.relative_to(ROOT)}: {node.name} takes a key and does not read it"


PREPARED = "programs.core.prepared"


def test_prepared_queries_are_few():
    """They drive private parts of Django: only signing in and the queries of the rush are worth that."""
    using = [
        path.relative_to(ROOT)
        for folder in ("programs", "cms", "stem_portal")
        for path in sources(folder)
        if PREPARED in {name for _line, name in imports(path)}
    ]
    assert len(using) <= 4, f"{using}: a plain queryset is quick enough everywhere else"
    strangers = [path for path in using if path.parts[1] != "accounts" and "queries" not in path.with_suffix("").parts]
    assert strangers == []


MANAGERS = (".objects", "._base_manager", "._default_manager")
OF_ONE_COLUMN = {"in", "lt", "lte", "gt", "gte", "isnull", "exact", "iexact", "contains", "startswith", "date"}


def calls_of_chain(node: ast.expr) -> list[ast.Call]:
    """``a.b(…).c(…)``: both calls, the first one first."""
    calls: list[ast.Call] = []
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call):
            calls.insert(0, node)
            node = node.func
        else:
            node = node.value
    return calls


def root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def joins(call: ast.Call) -> bool:
    """Whether this link of a chain reads another table's columns, as far as it can be seen."""
    named = [each.arg.split("__") for each in call.keywords if each.arg]
    filtered = any(part not in OF_ONE_COLUMN for name in named for part in name[1:])
    ordered = any(isinstance(each, ast.Constant) and "__" in str(each.value) for each in call.args)
    return ast.unparse(call.func).endswith(".select_related") or filtered or ordered


def locks_in(node: ast.expr) -> list[ast.Call]:
    return [call for call in calls_of_chain(node) if ast.unparse(call.func).endswith(".select_for_update")]


def names_of_locks(function: ast.FunctionDef) -> set[str]:
    """What the function calls its querysets that lock."""
    assigned = [each for each in ast.walk(function) if isinstance(each, ast.Assign) and locks_in(each.value)]
    return {target.id for each in assigned for target in each.targets if isinstance(target, ast.Name)}


def wide_locks(source: str) -> list[int]:
    """Lines that lock a row together with what it is joined with, or rows of which they cannot know it."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = names_of_locks(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and (locks_in(node) or root_of(node) in names):
                chain, locks = calls_of_chain(node), locks_in(node)
                starts_bare = all(ast.unparse(lock.func.value).endswith(MANAGERS) for lock in locks)
                picks = any(each.arg == "of" for lock in locks for each in lock.keywords)
                if picks or not starts_bare or any(joins(call) for call in chain):
                    found.add(node.lineno)
    return sorted(found)


def test_a_lock_is_taken_on_the_bare_row():
    """What it is joined with is read after: ``core/locking.py`` says why, and does it."""
    found = []
    for path in sources("programs") + sources("cms") + sources("stem_portal"):
        found += [f"{path.relative_to(ROOT)}:{line}" for line in wide_locks(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "act",
    [
        'return Session.objects.select_for_update(of=("self",)).get(pk=pk)',
        'return Pupil.objects.select_for_update().select_related("school").get(pk=pk)',
        'return Pupil.objects.select_related("school").select_for_update().get(pk=pk)',
        "return pupils_of_class(group).select_for_update()",
        "return Booking.objects.select_for_update().filter(session__room=pk)",
        'return Pupil.objects.select_for_update().order_by("school__name")',
        'rows = Pupil.objects.select_for_update()\n    return rows.select_related("school").get(pk=pk)',
    ],
)
def test_the_guard_of_locks_sees_every_shape(act):
    assert wide_locks(f"def lock(pk, group):\n    {act}\n") != []


def test_the_guard_of_locks_lets_bare_ones_pass():
    bare = "Pupil.objects.select_for_update(no_key=True).filter(pk__in=[pk], merged_into=None)"
    assert wide_locks(f"def lock(pk):\n    rows = {bare}\n    return list(rows.order_by('pk'))\n") == []


def test_no_wing_listens_to_signals_for_business():
    for path in sources("programs"):
        for line, name in imports(path):
            assert not name.startswith("django.db.models.signals"), f"{path}:{line} listens to model signals"


def test_no_room_outgrows_a_newcomer():
    """The settings are one list, read from the top."""
    for folder in ("programs", "cms", "stem_portal"):
        for path in sources(folder):
            name = path.relative_to(ROOT).as_posix()
            fits = size_of(path) <= MOST_LINES or name == "stem_portal/settings.py"
            assert fits, f"{name} has {size_of(path)} lines: make it a folder, one file per activity"
