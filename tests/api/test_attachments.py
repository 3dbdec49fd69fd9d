from __future__ import annotations

import io
import zipfile

import pytest

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def office(part):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return buffer.getvalue()


def ole(stream):
    """A document of older Office, as far as anybody looks at it."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + f"{stream}\0".encode("utf-16-le") + b"\0" * 512


def upload(client, name="风险报告.pdf", content=PDF):
    return client.upload("/attachments", {name: content}, field="file")


def test_an_uploaded_file_comes_back_byte_by_byte_as_a_download(client_for):
    linyue = client_for("linyue")

    stored = upload(linyue)
    answer = linyue.get(f"/attachments/{stored.json['id']}")

    assert stored.status_code == 201
    assert stored.json["name"] == "风险报告.pdf"
    assert stored.json["size"] == len(PDF)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.mimetype == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.csv", "渠道,花费\n抖音,100\n".encode(), "text/plain"),
        ("花费.csv", "渠道,花费\n抖音,100\n".encode("gbk"), "text/plain"),
        ("说明.txt", "　　活动说明：𠮷 〇".encode("gb18030"), "text/plain"),
        ("导出.txt", "渠道\t花费\n抖音\t100\n".encode("utf-16"), "text/plain"),
        ("长文.txt", ("很长的说明。" * 20_000).encode("gbk") + b"x", "text/plain"),
        ("a.zip", office("readme.txt"), "application/zip"),
        ("发票.ofd", office("OFD.xml"), "application/zip"),
        ("方案.doc", ole("WordDocument"), "application/msword"),
        ("方案.wps", ole("WordDocument"), "application/msword"),
        ("预算.et", ole("Workbook"), "application/vnd.ms-excel"),
        ("预算.xls", ole("Book"), "application/vnd.ms-excel"),
        ("汇报.dps", ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        ("现场.heic", b"\0\0\0\x18ftypheic" + b"\0" * 64, "image/heic"),
        (
            "a.xlsx",
            office("xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_the_type_is_told_by_the_bytes(client_for, name, content, media_type):
    assert upload(client_for("linyue"), name, content).json["media_type"] == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"MZ" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<!DOCTYPE html><script>1</script>",
        b"\x7fELF" + b"\0" * 60,
        "<!DOCTYPE html><p>中文</p>".encode("gbk"),
        "<html>中文</html>".encode("utf-16"),
        ole("!_StringData"),
        bytes(range(1, 256)) * 40,
        b"Rar!\x1a\x07\x01\0" + b"\1" * 64,
        b"",
    ],
    ids=["exe", "svg", "html", "elf", "gbk-html", "utf16-html", "msi", "binary", "rar", "empty"],
)
def test_what_could_run_somewhere_is_refused_whatever_it_is_called(app, client_for, content):
    refused = upload(client_for("linyue"), "harmless.pdf", content)

    assert refused.status_code == 415
    assert list(app.blobs.addresses()) == []


def test_a_file_beyond_the_limit_is_refused_and_nothing_is_kept(app, client_for):
    refused = upload(client_for("linyue"), "big.pdf", PDF + b"0" * app.settings.upload_bytes)

    assert refused.status_code == 413
    assert list(app.settings.attachments.rglob("*draft*")) == []
    assert list(app.blobs.addresses()) == []


def test_folders_in_a_name_are_cut_off(client_for):
    assert upload(client_for("linyue"), "../../etc/passwd", b"text").json["name"] == "passwd"


def test_two_files_in_one_request_are_refused(client_for):
    refused = client_for("linyue").upload("/attachments", {"a.txt": b"a", "b.txt": b"b"}, field="file")

    assert refused.status_code == 422


def test_a_strangers_file_is_not_there(client_for):
    attachment = upload(client_for("linyue")).json["id"]

    assert client_for("ouwen").get(f"/attachments/{attachment}").status_code == 404
    assert client_for("linyue").get(f"/attachments/{attachment}/about").json["id"] == attachment


def test_the_same_bytes_are_kept_once(app, client_for):
    upload(client_for("linyue"), "a.pdf")
    upload(client_for("zhouheng"), "b.pdf")

    assert len(list(app.blobs.addresses())) == 1


def answer_with(client, task, files):
    answers = {"conclusion": "同意", "opinion": "同意上线", "files": files}
    return client.post(f"/tasks/{task['id']}/complete", {"version": task["version"], "answers": answers})


def test_a_file_handed_in_with_a_task_is_read_by_whoever_sees_the_case(legal_task, client_for):
    zhouheng = client_for("zhouheng")
    attachment = upload(zhouheng).json["id"]

    answer_with(zhouheng, legal_task, [attachment])

    assert client_for("linyue").get(f"/attachments/{attachment}").status_code == 200
    assert client_for("ouwen").get(f"/attachments/{attachment}").status_code == 404


def test_a_strangers_file_cannot_be_handed_in(legal_task, client_for):
    attachment = upload(client_for("ouwen")).json["id"]

    refused = answer_with(client_for("zhouheng"), legal_task, [attachment])

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["files"]


def test_a_file_that_does_not_exist_cannot_be_handed_in(legal_task, client_for):
    assert answer_with(client_for("zhouheng"), legal_task, ["0" * 32]).status_code == 422
