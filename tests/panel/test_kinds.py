"""What error texts mean: known ones in five languages, and never a sale taken for a refusal."""

import unicodedata
from typing import Any

import pytest

from bulkorders.errors import SettingsError
from bulkorders.panel.kinds import kind_of, kinds_from, table

TEXTS = {
    "key": """
        Invalid API key | Incorrect API Key | API key invalid | API Key salah | API key is required | Missing key
        Missing API key | The api key field is required. | Incorrect request or API key | invalid_api_key
        API key không hợp lệ | Sai API key | Geçersiz API anahtarı | Неверный API ключ | Wrong api token
        Too many failed attempts. Please retry later. | Invalid API key, please contact support | Unauthorized
    """,
    "account": """
        Account suspended | Your account is not active | Your account has been suspended. | Account is banned.
        neworder.error.account_banned | API access disabled | API is disabled | IP tidak diizinkan
        API is Disable for this user or User Not Found! Contact the Support | Your IP is not whitelisted
        Your account has been suspended, contact support | Tài khoản của bạn đã bị khóa, vui lòng liên hệ Admin
        IP address not allowed | Access denied | Forbidden
    """,
    "funds": """
        Not enough funds on balance | Not enough funds. | Insufficient balance | neworder.error.not_enough_funds
        neworder.error.insufficient_balance | INSUFFICIENT_FUNDS | Saldo tidak cukup | Số dư không đủ
        Số dư của bạn không đủ để thực hiện | So du khong du | Insufficient account balance | insufficientFunds
        Your balance is too low | Yetersiz bakiye | YETERSİZ BAKİYE | Bakiyeniz yetersiz | Недостаточно средств
        <b>Not enough funds</b> | Saldo anda tidak mencukupi | Please top up your balance
    """,
    "rate": """
        Too many requests | Rate limit exceeded | neworder.error.too_many_orders | Terlalu banyak permintaan
        We are processing another transaction | Quá nhiều yêu cầu, thử lại sau | Слишком много запросов
    """,
    "maintenance": """
        Hệ thống đang bảo trì! | Dịch vụ tạm bảo trì | Ordering is disabled | Under maintenance
        This panel is temporarily unavailable | Maintenance | Sistem bakımda
    """,
    "duplicate": """
        You have active order with this link. Please wait until order being completed. | error.duplicate_order
        neworder.error.link_duplicate | An identical order was just placed | you can not order more than 3 per link
        you have already an active order for this link on this service id | Duplicate order
        Mohon menunggu sampai pesanan sebelumnya selesai | Link này đang có đơn chạy | Aktif bir siparişiniz var
    """,
    "quantity": """
        Quantity less than minimal 200 | Quantity less than minimum | Minimum quantity is 100 | Maximum quantity is 9
        neworder.error.min_quantity | neworder.error.max_quantity | not_enough_quantity | Quantity out of bounds
        Quantity must to be greater than or equal to minimum amount 100 | Quantity more than maximum 100
        Quantity out of range | Incorrect quantity | Please follow the limit | Quantity must be between 1 and 9
        Quantity must be a multiple of 100 (try 500) | The quantity field is required. | Quantity less than maximum 9
        Số lượng tối thiểu là 100 | Số lượng không hợp lệ | Tối thiểu 100, tối đa 5000 | Vui lòng nhập số lượng
        Jumlah minimal pemesanan 100 | Minimum miktar 100 | Количество меньше минимального | Min: 10
    """,
    "link": """
        Bad link | Bad Link | Incorrect link | Link is required | Link required | The link field is required
        neworder.error.link | neworder.error.invalid_link | neworder.error.link_not_found | Invalid URL
        Link không hợp lệ | Vui lòng nhập link | Link tidak valid | Geçersiz link | Неверная ссылка
        This account is private | The link format is invalid.
    """,
    "service": """
        Incorrect service ID | Invalid Service Id | Service ID does not exists | Service not found
        Service does not exist. | error.incorrect_service_id | neworder.error.service_not_found
        neworder.error.service_inactive | Disabled service ID | Layanan tidak ditemukan | Service temporarily disabled
        To order this service, just login to the bot | This service is not available via API
        Dịch vụ không tồn tại | Dịch vụ này đã đóng | Service doesn’t exist | Service doesn&#039;t exist
    """,
    "fields": """
        comments field is required | Invalid comments | Incorrect comments | neworder.error.comment
        Answer number is required | Incorrect runs | Incorrect interval | Invalid Interval in minutes
        This services does not support Dripfeed feature! | There are missing required parameters.
    """,
    "request": "Incorrect request | Invalid action | Incorrect action | The action field is required | Unknown action",
    "unclear": """
        Unknown error, please try again | Failed to place order | Failed to place order with upstream provider.
        Order could not be created | Internal server error | There was an error processing your request
        Đơn hàng không được tạo thành công vui lòng liên hệ Admin | Please contact support | Gateway timeout
    """,
}
MORE = {
    "key": """
        The API key you entered is incorrect. | ERR_INVALID_KEY | Key is not valid | API key does not exist
        Khóa API không hợp lệ | Token không hợp lệ | API key bạn nhập không chính xác | Kunci API tidak valid
        Hatalı API anahtarı | Yanlış api key | Ключ API недействителен | Не указан API ключ | Authentication failed
    """,
    "account": """
        User is banned | Account not activated | Hesap pasif | Аккаунт отключен | Пользователь заблокирован
        Tài khoản của bạn chưa được kích hoạt | Ваш IP не разрешен | IP adresiniz izinli değil | API not activated
    """,
    "funds": """
        You do not have enough balance | You don't have enough funds | Vui lòng nạp tiền | Dana tidak cukup
        Yeterli bakiyeniz yok | Недостаточный баланс | Не хватает средств | Guthaben nicht ausreichend
    """,
    "rate": """
        Too Many Attempts. | Gửi yêu cầu quá nhanh | Terlalu banyak request | Превышен лимит запросов
        another order is being processed | API limit exceeded
    """,
    "maintenance": """
        Hệ thống đang nâng cấp | Сервис на обслуживании | Ordering disabled | Orders are temporarily disabled
        New orders are closed
    """,
    "duplicate": """
        Active order exists for this link | Order already exists for this link | This link is already in use
        Bạn đang có đơn hàng với link này | Đơn hàng trùng lặp | Pesanan dengan link ini sedang berjalan
        Anda memiliki pesanan aktif | Bu bağlantı için devam eden sipariş var | По этой ссылке уже есть заказ
    """,
    "quantity": """
        Min order 100 | Max 5000 | Amount must be between 1 and 5 | Geçersiz miktar | Miktar çok düşük
        Минимальный заказ 100 | Недопустимое количество | Количество слишком мало
    """,
    "link": """
        Please enter a valid link | Please provide a valid URL | Link cannot be empty | Please enter link
        link must be a URL address | Lütfen geçerli bir link girin | Недопустимая ссылка | Укажите ссылку
        Không tìm thấy bài viết | ID bài viết không hợp lệ
    """,
    "service": """
        Service #55 not found | Service 55 does not exist | No such service | Máy chủ này đã đóng
        ID layanan salah | Layanan sedang gangguan | Servis şu anda kapalı
    """,
    "fields": """
        Please enter comments | Comments field cannot be empty | Comments count must be at least 10
        Drip feed is not available for this service | Interval must be at least 10 | Parameters missing
        Укажите комментарии | field required
    """,
    "request": "Unknown method | Invalid method | Action not found | No action specified",
    "unclear": """
        We could not process your order | Có lỗi xảy ra, vui lòng thử lại | Đặt hàng thất bại | Pesanan gagal
        Gagal membuat pesanan | Sipariş oluşturulamadı | Beklenmeyen hata | Произошла ошибка | Curl error 7
        Не удалось создать заказ | Ошибка сервера
    """,
}
VERDICTS = {
    "key": "stop",
    "account": "stop",
    "funds": "stop",
    "address": "stop",
    "rate": "wait",
    "maintenance": "wait",
    "unclear": "in_doubt",
}
EACH = [
    (kind, " ".join(text.split()))
    for kind, texts in (*TEXTS.items(), *MORE.items())
    for text in texts.replace("\n", "|").split("|")
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, text in EACH if text])
def test_a_known_text_has_its_kind(kind: str, text: str) -> None:
    """The texts that panels are known to use are understood, whatever their case and punctuation."""
    for spelled in (text, text.upper(), f"  {text}!! "):
        found = kind_of([spelled])
        assert (found.name, found.verdict) == (kind, VERDICTS.get(kind, "rejected"))


AFTER_A_SALE = """
    Order 5 has been placed, quantity 500 | Your order was created but the link could not be saved
    Order has been created for service 5 | Đơn hàng đã được tạo, số lượng 500 | Đơn hàng đang xử lý
    Dịch vụ đang xử lý đơn hàng của bạn | Tạo đơn hàng thành công | Đã trừ tiền, số lượng 100
    Service Unavailable | 503 Service Temporarily Unavailable | The service is currently unavailable, try again
    Provider error: Invalid API key | Upstream: not enough funds | Nhà cung cấp: số dư không đủ
    Database error | SQLSTATE[HY000]: General error | cURL error 28: Operation timed out | Connection timeout
    The link was submitted | The service has been started | The quantity has been ordered | Quantity 500
    Số lượng | Dịch vụ | Bình luận | Yorum | Komentar | Ссылка | Количество | Liên kết | Miktar
    Your balance was charged | Amount deducted, quantity must be checked | Try again | Error | Failed | OK
    Success | Processing | Pending | Balance | Account | Service | Link | Key | Order | 0 | Something | xyz
    Order placed, low balance | Order #5 created, but your balance is too low for the next one
    Order placed: quantity must be checked | Success: order 5, invalid link format ignored
    Pesanan berhasil dibuat, saldo tidak cukup untuk berikutnya | Siparişiniz alındı, link geçersiz olabilir
    SİPARİŞİNİZ ALINDI, LİNK GEÇERSİZ OLABİLİR | Заказ создан, но ссылка не проверена | Placed order with invalid link
    Đặt hàng thành công, số dư không đủ cho lần sau | Order accepted, minimum delivery 24 hours
    Your order was submitted. Too many requests | Order queued; service temporarily disabled
    Money was taken; incorrect link | Order saved, please top up your balance | Đã thanh toán, link không đúng
    Saldo terpotong, link tidak valid | Bakiyenizden düşüldü, geçersiz link | Средства списаны, неверная ссылка
    Quantity reduced to maximum 1000 | Payment completed. Link not found | Order 5: invalid comments were skipped
    2 of 3 orders placed, not enough funds | Order will be delayed due to maintenance | Order started, max 500 per day
    Maintenance: your order is queued | Your order is waiting: too many orders on this service | Bad link, order id: 77
    Insufficient permissions of the order worker | Please wait | Your order is being processed
"""


@pytest.mark.parametrize(
    "text", [" ".join(text.split()) for text in AFTER_A_SALE.replace("\n", "|").split("|") if text.strip()]
)
def test_a_text_that_could_follow_a_sale_is_in_doubt(text: str) -> None:
    """What could be said after the money was taken is never taken for a refusal."""
    assert kind_of([text]).verdict == "in_doubt"


def test_what_is_unclear_stays_unclear_beside_a_known_text() -> None:
    """Of several texts the unclear one decides over a row's own fault; a key's fault decides over all."""
    assert kind_of(["Bad link", "Please contact support"]).name == "unclear"
    assert kind_of(["Bad link", "upstream refused", "Invalid API key"]).name == "unclear"
    assert kind_of(["Please contact support", "Invalid API key"]).name == "key"
    assert kind_of([]).verdict == "in_doubt"


def test_a_page_of_text_is_no_known_error() -> None:
    """A known phrase within thousands of characters proves nothing, and costs no time."""
    assert kind_of(["minimum " * 100_000 + "Bad link"]).name == "unknown"


def test_decomposed_letters_are_letters() -> None:
    """Vietnamese in decomposed form reads like any other."""
    assert kind_of([unicodedata.normalize("NFD", "Số dư không đủ")]).name == "funds"


def test_the_table_holds_known_verdicts_only() -> None:
    """Each section of the table ends in one of the four verdicts."""
    assert {kind.verdict for kind, _ in table()} == {"rejected", "wait", "stop", "in_doubt"}


def test_a_refusal_that_denies_a_sale_stays_a_refusal() -> None:
    """Words of a sale with a "not" before them are no sale."""
    assert kind_of(["Not created: bad link"]).name == "link"
    assert kind_of(["Заказ не создан: неверная ссылка"]).name == "link"
    assert kind_of(["Pesanan tidak berhasil, link tidak valid"]).name == "link"


def test_ones_own_texts_go_first_in_any_case() -> None:
    """A text copied from an answer is found as it stands, an expression as such, before the table's kinds."""
    own = kinds_from(
        {
            "funds": {"texts": ["Your wallet (USD) is empty.", r"code \[E12\]"]},
            "regional": {"texts": ["not sold in [a-z]+"], "verdict": "rejected"},
            "softer": {"texts": ["bad link"], "verdict": "in_doubt"},
            "closed": {"texts": ["back at \\d+ o.clock"], "kind": "maintenance"},
        }
    )
    told = {
        "YOUR WALLET (USD) IS EMPTY.": ("funds", "stop"),
        "Failed with code [E12]": ("funds", "stop"),
        "Not sold in Turkey!": ("regional", "rejected"),
        "Bad link": ("softer", "in_doubt"),
        "We are back at 9 o'clock": ("maintenance", "wait"),
        "Invalid API key": ("key", "stop"),
        "The moon is full": ("unknown", "in_doubt"),
    }
    found = {text: kind_of([text], own) for text in told}
    assert {text: (kind.name, kind.verdict) for text, kind in found.items()} == told


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no expression": ({"link": {"texts": ["("]}}, "no regular expression"),
    "a set within a set": ({"link": {"texts": ["[[a]b"]}}, "no regular expression"),
    "no texts": ({"link": {"texts": []}}, "one or more texts"),
    "texts as one text": ({"link": {"texts": "a"}}, "one or more texts"),
    "texts forgotten": ({"link": {"verdict": "rejected"}}, "one or more texts"),
    "an empty text": ({"link": {"texts": ["  "]}}, "empty"),
    "an endless text": ({"link": {"texts": ["a" * 501]}}, "longer than"),
    "an unknown verdict": ({"link": {"texts": ["abc"], "verdict": "maybe"}}, "found 'maybe'"),
    "a new kind without verdict": ({"regional": {"texts": ["abc"]}}, "found none"),
    "a new kind that stops": ({"regional": {"texts": ["abc"], "verdict": "stop"}}, "account, address, funds"),
    "a misspelt name": ({"link": {"text": ["abc"]}}, "unknown name 'text'"),
    "no table": ({"link": 5}, "expected a table"),
    "a kind of many words": ({"X y": {"texts": ["abc"], "verdict": "rejected"}}, "small letters"),
    "a kind that is a number": ({"link": {"texts": ["abc"], "kind": 5}}, "small letters"),
    "everything": ({"link": {"texts": [".*"]}}, "after it has sold"),
    "nothing but an error": ({"link": {"texts": ["error"]}}, "after it has sold"),
    "a sale": ({"funds": {"texts": ["order placed"]}}, "after it has sold"),
    "a repeated repetition": ({"link": {"texts": ["(a+)+$"]}}, "for ever"),
    "a repeated choice": ({"link": {"texts": ["(?:a|a)*b"]}}, "for ever"),
    "a repetition repeated often": ({"link": {"texts": ["((ab)*c){2,}"]}}, "for ever"),
    "a repeated option": ({"link": {"texts": ["(x?){60}y"]}}, "for ever"),
    "many open ends": ({"link": {"texts": ["a.*b.*c.*d"]}}, "for ever"),
}


@pytest.mark.parametrize(("tables", "reason"), WRONG.values(), ids=WRONG)
def test_an_unusable_text_of_ones_own_is_refused(tables: dict[str, Any], reason: str) -> None:
    """What is no expression, could match after a sale or search for ever is named with its section."""
    with pytest.raises(SettingsError) as caught:
        kinds_from(tables)
    assert caught.value.code == "settings.error_kinds"
    assert caught.value.facts["section"] == next(iter(tables))
    assert reason in caught.value.facts["reason"]


def test_what_may_follow_a_sale_may_be_said_in_doubt() -> None:
    """A text that matches anything is allowed where it makes an order in doubt."""
    own = kinds_from({"unclear": {"texts": ["order placed"]}})
    assert kind_of(["Order placed"], own).verdict == "in_doubt"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Invalid keywords", "fields"),
        ("neworder.error.answer_number", "fields"),
        ("Vui lòng nhập từ khóa", "fields"),
        ("Kolom komentar wajib diisi", "fields"),
        ("Đơn hàng đã được tạo, link không hợp lệ", "unclear"),
        ("Invalid key", "key"),
    ],
)
def test_a_word_that_only_begins_like_a_key_is_none(text: str, name: str) -> None:
    """Keywords are a field of the row, and no row's mistake ends a run; what speaks of a sale stays in doubt."""
    assert kind_of([text]).name == name
