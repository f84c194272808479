"""Order sheets in text files: encoding, delimiter, quotes, row numbers."""

import csv
import io
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.reading.delimited import read_delimited
from bulkorders.sheet.reading.encoding import decoded
from bulkorders.sheet.reading.grid import blank
from bulkorders.sheet.reading.pages import page_of

MakeText = Callable[..., Path]

PLAIN = "Service,Link,Quantity\n1,https://example.com/a,500\n"


def test_all_cells_are_text(make_text: MakeText) -> None:
    """Nothing in a text file is taken for a number or a missing value; empty cells are None."""
    sheet = read_sheet(make_text("Service,Link,Quantity,Note\n007,https://example.com/a,1e3,NA\n1,x,, a \n"))
    assert [row.cells for row in sheet.rows] == [
        ("007", "https://example.com/a", "1e3", "NA"),
        ("1", "x", None, " a "),
    ]
    assert (sheet.worksheet, sheet.header_row, sheet.notes) == (None, 1, ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(make_text: MakeText, end: str) -> None:
    """Files of any system are read alike, with or without a last line end."""
    for text in (PLAIN, PLAIN.rstrip("\n")):
        assert read_sheet(make_text(text.replace("\n", end))).rows[0].cells[2] == "500"


@pytest.mark.parametrize(
    ("delimiter", "name"),
    [
        (",", "a.csv"),
        (";", "a.csv"),
        ("\t", "a.csv"),
        ("|", "a.csv"),
        ("\t", "a.tsv"),
        (",", "a.tsv"),
        ("|", "A.TXT"),
    ],
)
def test_the_delimiter_is_found(make_text: MakeText, delimiter: str, name: str) -> None:
    """Comma, semicolon, tab and bar are told by the header, whatever the file is called."""
    sheet = read_sheet(make_text(PLAIN.replace(",", delimiter), name))
    assert sheet.rows[0].cells == ("1", "https://example.com/a", "500")


def test_the_header_decides_the_delimiter(make_text: MakeText) -> None:
    """Cells full of another delimiter do not mislead."""
    text = "Service;Link;Notes, more, still more\n" + "1;https://example.com/a;a, b, c\n" * 9
    assert read_sheet(make_text(text)).rows[8].cells[2] == "a, b, c"


def test_a_mapping_helps_to_find_the_delimiter(make_text: MakeText) -> None:
    """Headers known by a mapping alone tell the delimiter as well."""
    path = make_text("Was;Wo, wann\n1;https://example.com/a,b\n")
    assert read_sheet(path, mapping={"Was": "service", "Wo, wann": "link"}).rows[0].cells[0] == "1"


def test_without_a_header_the_even_delimiter_is_told(make_text: MakeText) -> None:
    """Where no header is known the error speaks of the columns that the rows seem to have."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text("Foo;Bar, baz\n1;x\n2;y, z\n"))
    assert caught.value.facts["found"] == ["Foo", "Bar, baz"]


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_a_separator_line_is_followed_and_has_no_number(make_text: MakeText, first: str) -> None:
    """A first line that tells Excel the delimiter is no row, and the header below it is row 1."""
    sheet = read_sheet(make_text(first + "Service;Link\n1;x\n"))
    assert (sheet.header_row, sheet.rows[0].number, sheet.rows[0].cells) == (1, 2, ("1", "x"))


def test_row_numbers_count_records_and_blank_lines(make_text: MakeText) -> None:
    """Line ends in quotes make no row, blank lines do: a number is the one a spreadsheet shows."""
    sheet = read_sheet(make_text('Service,Link,Comments\n\n1,a,"x\n\ny"\n,,\n2,b,z\n'))
    assert [(row.number, row.cells[2]) for row in sheet.rows] == [(3, "x\n\ny"), (5, "z")]


def test_rows_may_be_longer_or_shorter_than_the_header(make_text: MakeText) -> None:
    """Missing cells are empty; further ones are kept, and a note names their rows."""
    sheet = read_sheet(make_text("Service,Link,Quantity\n1,a\n2,b,5,x\n3,c,6,\n"))
    assert [row.cells for row in sheet.rows] == [
        ("1", "a", None, None),
        ("2", "b", "5", "x"),
        ("3", "c", "6", None),
    ]
    assert sheet.notes == (("cells_beyond_header", {"count": 1, "rows": (3,)}),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_without_a_note(make_text: MakeText, encoding: str) -> None:
    """Marked Unicode and plain UTF-8 are no guess."""
    sheet = read_sheet(make_text("Mã dịch vụ,Liên kết,Ghi chú\n1,x,Đường 🙂\n".encode(encoding)))
    assert (sheet.header[0], sheet.rows[0].cells[2], sheet.notes) == ("Mã dịch vụ", "Đường 🙂", ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Café crème, déjà vu, à bientôt à la plage, très élégant, garçon", "cp1252"),
        ("Привет, мир! Очень хорошее видео, спасибо большое всем друзьям", "cp1251"),
        ("这是一个非常好的视频 谢谢大家的支持和关注 我们下次再见", "gb18030"),
    ],
)
def test_a_guessed_encoding_is_told(make_text: MakeText, text: str, encoding: str) -> None:
    """Text that is no Unicode is read by the likeliest encoding, and a note says which."""
    sheet = read_sheet(make_text(f'Service,Link,Comments\n1,x,"{text}"\n'.encode(encoding)))
    assert sheet.rows[0].cells[2] == text
    assert sheet.notes == (("encoding_guessed", {"encoding": encoding}),)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_letter_are_known_without_a_mark(make_text: MakeText, encoding: str) -> None:
    """UTF-16 that does not say so is read where its zero bytes prove it, and a note tells which."""
    text = "Mã dịch vụ;Liên kết;Ghi chú\n1;x;Привет 你好 🙂\n"
    sheet = read_sheet(make_text(text.encode(encoding)))
    assert sheet.rows[0].cells == ("1", "x", "Привет 你好 🙂")
    assert sheet.notes == (("encoding_guessed", {"encoding": encoding}),)


def test_a_stray_zero_byte_is_told_by_its_line(make_text: MakeText) -> None:
    """A zero byte in an otherwise good text is an error that names the line."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text(b"Service,Link\n1,https://example.com/a\n2,https://example.com/b\x00c\n"))
    assert (caught.value.code, caught.value.facts["line"]) == ("sheet.zero_byte", 3)


def test_a_long_text_in_an_old_encoding_is_read_whole(make_text: MakeText) -> None:
    """Megabytes of plain letters with a few others among them are read by what the others are."""
    plain = "".join(f"1,https://example.com/{number},plain text of no accent\n" for number in range(40_000))
    odd = "2,https://example.com/x,Привет мир очень хорошее видео спасибо большое всем друзьям\n" * 20
    sheet = read_sheet(make_text(f"Service,Link,Note\n{plain}{odd}{plain}".encode("cp1251")))
    assert len(sheet.rows) == 80_020
    assert str(sheet.rows[40_000].cells[2]).startswith("Привет мир")
    assert sheet.notes == (("encoding_guessed", {"encoding": "cp1251"}),)


def test_the_last_character_of_old_programs_is_no_row(make_text: MakeText) -> None:
    """The sign of the file's end that DOS programs write is passed over."""
    assert len(read_sheet(make_text(b"Service,Link\r\n1,x\r\n\x1a")).rows) == 1


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Số lượng người theo dõi trang của chúng tôi ngày càng tăng", "cp1258"),
        ("Đẹp quá, cảm ơn bạn rất nhiều", "cp1258"),
        ("これはとても良い動画です。ありがとうございます。", "cp932"),
        ("東京タワーの動画", "cp932"),
        ("這是一個非常好的視頻 謝謝大家的支持和關注", "big5"),
        ("정말 좋은 영상입니다 감사합니다", "cp949"),
        ("Merhaba, çok güzel bir video, teşekkür ederim ağabey", "cp1254"),
        ("Zażółć gęślą jaźń, świetny film", "cp1250"),
        ("Příliš žluťoučký kůň, skvělé", "cp1250"),
        ("Labai geras video, ačiū labai, šaunu", "cp1257"),
        ("Πολύ καλό βίντεο, ευχαριστώ", "cp1253"),
        ("סרטון מאוד טוב ומצחיק, תודה רבה לכם חברים", "cp1255"),
        ("فيديو رائع جدا شكرا لكم", "cp1256"),
        ("วิดีโอดีมาก ขอบคุณครับ", "cp874"),
        ("Дуже гарне відео, щиро дякую", "cp1251"),
        ("¡Qué vídeo tan bueno, señor Muñoz!", "cp1252"),
        ("Não é ótimo? Coração e ação", "cp1252"),
        ("Hyvää päivää – kiitos", "cp1252"),
        ("Preis: 5 €", "cp1252"),
    ],
)
def test_what_excel_saves_in_other_languages_is_read_and_told(
    make_text: MakeText, text: str, encoding: str
) -> None:
    """A plain CSV of Excel in any of these languages comes letter by letter, with a note of what it was taken for."""
    content = in_page(text, encoding) if encoding == "cp1258" else text
    lines = "".join(f'{number},https://example.com/{number},"{content}"\n' for number in range(9))
    sheet = read_sheet(make_text(f"Service,Link,Comments\n{lines}".encode(encoding)))
    assert {unicodedata.normalize("NFC", str(row.cells[2])) for row in sheet.rows} == {text}
    ((code, _),) = sheet.notes
    assert code == "encoding_guessed"


@pytest.mark.parametrize(
    ("language", "text"),
    [("vi_VN.UTF-8", "Đẹp quá"), ("pl_PL", "święta"), ("tr_TR.UTF-8", "teşekkürler"), ("zh_TW", "王小明")],
)
def test_the_machines_language_settles_what_a_few_letters_leave_open(
    make_text: MakeText, monkeypatch: pytest.MonkeyPatch, language: str, text: str
) -> None:
    """A word or two are read in the page in which this machine's programs save plain text."""
    monkeypatch.setenv("LC_ALL", language)
    page = page_of(language)
    content = in_page(text, page) if page == "cp1258" else text
    told, ((_, facts),) = decoded(Path("a.csv"), f"Service,Note\n1,{content}\n".encode(page), page)
    assert (unicodedata.normalize("NFC", told).split(",")[-1].strip(), facts["encoding"]) == (text, page)
    sheet = read_sheet(make_text(f"Service,Link,Comments\n1,x,{content}\n".encode(page)))
    if sys.platform != "win32":
        assert unicodedata.normalize("NFC", str(sheet.rows[0].cells[2])) == text


def in_page(text: str, encoding: str) -> str:
    """Return a text with its letters composed as far as a page has them, and their marks apart."""
    found = ""
    for letter in text:
        base, *marks = unicodedata.normalize("NFD", letter)
        for mark in [*marks, ""]:
            rest = "".join(each for each in marks if each != mark)
            whole = unicodedata.normalize("NFC", base + mark) + rest
            if whole.encode(encoding, "ignore").decode(encoding) == whole:
                found += whole
                break
    return found


@pytest.mark.parametrize(
    "content", ["好".encode("gb18030"), "да".encode("cp1251"), b"\x81\x8d\x8f\x90", "ÐÞð".encode("cp1252")]
)
def test_too_little_to_tell_the_encoding_by_is_no_guess(make_text: MakeText, content: bytes) -> None:
    """Where a few letters could be of several encodings none is taken: a garbled comment would be bought."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text(b"Service,Link,Comments\n1,https://example.com/a," + content + b"\n"))
    assert caught.value.code in {"sheet.encoding_unsure", "sheet.not_text"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.4", "pdf"),
        (b"<html><table>", "html"),
        (b"Service,Link\n" + bytes(200), "binary"),
        (b"\xff\xfeSLQ", "binary"),
    ],
)
def test_what_is_no_text_is_refused(make_text: MakeText, content: bytes, found: str) -> None:
    """A workbook, a page or bytes under the name of a text file are told as that."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text(content))
    assert (caught.value.code, caught.value.facts["found"]) == ("sheet.not_text", found)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('Service,Link\n1,a\n2,"b\n3,c\n4,d\n', 3),
        ('Service,Link\n1,"a"b\n2,c\n', 2),
    ],
)
def test_an_open_quote_swallows_no_orders(make_text: MakeText, text: str, row: int) -> None:
    """A quote left open, or text after a closed one, is an error that names the row."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text(text))
    assert (caught.value.code, caught.value.facts["row"]) == ("sheet.quotes", row)


def test_an_open_quote_is_told_by_its_line_too(make_text: MakeText) -> None:
    """Below a line of `sep=` and a cell of several lines, row and line of the file are two numbers."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text('sep=;\nService;Link;Comments\n1;a;"x\ny\nz"\n2;"b\n'))
    assert (caught.value.facts["row"], caught.value.facts["line"]) == (3, 6)


def test_an_endless_cell_is_told(make_text: MakeText) -> None:
    """A cell of more than ten million characters is an error that names the row."""
    with pytest.raises(SheetError) as caught:
        read_sheet(make_text(f"Service,Link,Comments\n1,a,b\n1,a,{'x' * 10_000_001}\n"))
    assert (caught.value.code, caught.value.facts["row"]) == ("sheet.long_cell", 3)


def test_quotes_within_a_cell_are_text(make_text: MakeText) -> None:
    """A quote that doesn't begin its cell is a letter like others, and two make one in quotes."""
    sheet = read_sheet(make_text('Service\tLink\tNote\n1\ta\t5" screen\n2\tb\t"say ""hi"""\n', "a.tsv"))
    assert [row.cells[2] for row in sheet.rows] == ['5" screen', 'say "hi"']


def test_long_cells_are_read(make_text: MakeText) -> None:
    """A cell of half a million letters is no error."""
    assert (
        len(str(read_sheet(make_text(f"Service,Link,Comments\n1,a,{'x' * 500_000}\n")).rows[0].cells[2]))
        == 500_000
    )


CELL = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)


@given(
    rows=st.lists(st.lists(CELL, max_size=5), max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    all_quoted=st.booleans(),
)
def test_whatever_a_csv_writer_writes_comes_back(
    rows: list[list[str]], delimiter: str, *, all_quoted: bool
) -> None:
    """Any cells come back under the number of their record, below a header that tells the delimiter."""
    file = io.StringIO(newline="")
    if all_quoted:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([["Service", "Link"], *rows])
    grid = read_delimited(Path("a.csv"), file.getvalue())
    expected = [(number, tuple(cell or None for cell in row)) for number, row in enumerate(rows, start=2)]
    assert grid.rows[1:] == [(number, cells) for number, cells in expected if not blank(cells)]


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(content: bytes) -> None:
    """Whatever the bytes are, there is a grid or a SheetError."""
    code = ""
    try:
        read_delimited(Path("a.csv"), decoded(Path("a.csv"), content)[0])
    except SheetError as error:
        code = error.code
    assert code in {"", "sheet.not_text", "sheet.zero_byte", "sheet.quotes", "sheet.encoding_unsure"}


def test_text_that_programs_force_on_excel_is_what_it_shows(make_text: MakeText) -> None:
    """A cell written as `="00123"` is 00123; any other that begins with = stays as it is."""
    content = 'Service,Link,Quantity,Note\n="007","=""https://example.com/a""",="500",="a"&"b"\n'
    assert read_sheet(make_text(content)).rows[0].cells == ("007", "https://example.com/a", "500", '="a"&"b"')
