"""Settings come from the environment, and a bad one names its variable."""

from __future__ import annotations

import stat

import pytest

from service.errors import InvalidSetting
from service.settings import Settings


def settings(folder, **given):
    return Settings.from_env(
        {"COUNTERSIGN_DATA": str(folder), **{f"COUNTERSIGN_{name}": value for name, value in given.items()}}
    )


def test_nothing_set_is_a_complete_installation(tmp_path):
    made = settings(tmp_path / "var")

    assert (tmp_path / "var").is_dir()
    assert made.database_url == f"sqlite:///{tmp_path / 'var' / 'countersign.db'}"
    assert (made.host, made.port, made.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert made.is_sqlite


def test_a_generated_key_is_kept_and_readable_by_its_owner_only(tmp_path):
    first, second = settings(tmp_path), settings(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_given_key_is_not_written_down(tmp_path):
    assert settings(tmp_path, SECRET_KEY="0123456789abcdef").secret_key == "0123456789abcdef"
    assert list(tmp_path.iterdir()) == []


def test_secrets_do_not_show_when_settings_are_printed(tmp_path):
    made = settings(tmp_path, SECRET_KEY="0123456789abcdef", PREVIOUS_SECRET_KEYS="hidden")

    assert "0123456789abcdef" not in repr(made)
    assert "hidden" not in repr(made)


def test_one_driver_serves_every_spelling_of_postgresql(tmp_path):
    made = settings(tmp_path, DATABASE_URL="postgresql://u@db/countersign")

    assert made.database_url == "postgresql+psycopg://u@db/countersign"
    assert not made.is_sqlite


def test_behind_a_proxy_links_use_its_address(tmp_path):
    assert settings(tmp_path, PUBLIC_URL="https://sp.example.com/").base_url == "https://sp.example.com"


def test_listening_everywhere_is_no_address_to_link_to(tmp_path):
    assert settings(tmp_path, HOST="0.0.0.0", PORT="8080").base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://u:hidden@db/x"),
        ("QUEUE_URL", "amqp://u:hidden@queue"),
        ("PUBLIC_URL", "sp.example.com"),
        ("UPLOAD_BYTES", "-1"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_variable(tmp_path, name, value):
    with pytest.raises(InvalidSetting) as refused:
        settings(tmp_path, **{name: value})

    assert f"COUNTERSIGN_{name}" in refused.value.message
    assert "hidden" not in refused.value.message


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InvalidSetting, match="COUNTERSIGN_DATA"):
        settings(tmp_path / "file" / "var")
