"""What the columns of an order sheet are called: each field's own title, and the names people give it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "vi")
"""The languages whose names stand below. A further one is a further key in each field's `aliases`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a sheet can say of an order: its name in the code, its usual header, its other names.

    `aliases` are by language, in any spelling: they are normalised before they are compared. A word that
    often heads something else (an amount of money, a client's account, a note) is left out: such a column
    is named with `--map`, never guessed.
    """

    name: str
    title: str
    required: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


FIELDS: tuple[Field, ...] = (
    Field(
        "service",
        "Service",
        required=True,
        aliases={
            "en": (
                "Service ID",
                "Service Nr",
                "Service No",
                "Service number",
                "Service code",
                "ServiceID",
                "Service #",
                "SID",
                "Srv",
                "Srv ID",
                "Package ID",
            ),
            "vi": (
                "Dịch vụ",
                "Mã dịch vụ",
                "ID dịch vụ",
                "Số dịch vụ",
                "Mã DV",
                "ID DV",
                "DV",
                "Mã gói",
                "Máy chủ",
                "Server",
            ),
        },
    ),
    Field(
        "link",
        "Link",
        required=True,
        aliases={
            "en": (
                "URL",
                "Links",
                "Web address",
                "Page link",
                "Page URL",
                "Post link",
                "Post URL",
                "Post address",
                "Video link",
                "Video URL",
                "Profile link",
                "Profile URL",
                "Target link",
                "Target URL",
                "Link URL",
                "URL link",
                "Order link",
                "Link or username",
                "Username or link",
            ),
            "vi": (
                "Liên kết",
                "Đường dẫn",
                "Đường link",
                "Địa chỉ link",
                "Địa chỉ trang",
                "Link bài viết",
                "Link bài",
                "Link video",
                "Link trang",
                "Link cần tăng",
                "Link mua",
                "Link đơn hàng",
                "Link hoặc UID",
                "Link trang cá nhân",
            ),
        },
    ),
    Field(
        "quantity",
        "Quantity",
        aliases={
            "en": (
                "Qty",
                "Qty.",
                "Quantities",
                "Quant",
                "Volume",
                "Pieces",
                "Pcs",
                "Units",
                "Order quantity",
                "Order qty",
                "How many",
            ),
            "vi": (
                "Số lượng",
                "SL",
                "Số lượng mua",
                "Số lượng đặt",
                "Số lượng cần tăng",
                "Số lượng tăng",
            ),
        },
    ),
    Field(
        "reference",
        "Reference",
        aliases={
            "en": (
                "Ref",
                "Ref.",
                "Ref No",
                "Ref ID",
                "Reference No",
                "Reference number",
                "Reference ID",
                "Reference code",
                "Our reference",
                "Your reference",
                "Customer reference",
                "Client reference",
                "Order reference",
                "Order ref",
                "External ID",
                "External reference",
            ),
            "vi": (
                "Tham chiếu",
                "Mã tham chiếu",
                "Số tham chiếu",
                "Mã đơn của tôi",
                "Mã đơn riêng",
                "Mã đối chiếu",
                "Mã nội bộ",
            ),
        },
    ),
    Field(
        "comments",
        "Comments",
        aliases={
            "en": (
                "Custom comments",
                "Comment list",
                "Comments list",
                "Comment text",
                "Comment texts",
                "Comments text",
                "Comments (one per line)",
                "Comments one per line",
                "Comment lines",
            ),
            "vi": (
                "Bình luận",
                "Nội dung bình luận",
                "Danh sách bình luận",
                "Các bình luận",
                "Nội dung comment",
                "Nội dung cmt",
                "Cmt",
            ),
        },
    ),
    Field(
        "list",
        "List",
        aliases={
            "en": ("Video list", "List of videos", "Link list", "List of links", "Playlist", "Traffic list"),
            "vi": ("Danh sách", "Danh sách video", "Danh sách link", "Danh sách phát"),
        },
    ),
    Field(
        "suggest",
        "Suggest",
        aliases={
            "en": (
                "Suggested",
                "Suggestion",
                "Suggestions",
                "Suggested videos",
                "Suggest videos",
                "Suggest list",
            ),
            "vi": ("Đề xuất", "Gợi ý", "Video đề xuất", "Danh sách đề xuất"),
        },
    ),
    Field(
        "search",
        "Search",
        aliases={
            "en": (
                "Search terms",
                "Search term",
                "Search keywords",
                "Search words",
                "Search list",
            ),
            "vi": ("Tìm kiếm", "Từ khóa tìm kiếm", "Danh sách từ khóa"),
        },
    ),
    Field(
        "runs",
        "Runs",
        aliases={
            "en": (
                "Run",
                "Drip runs",
                "Drip-feed runs",
                "Dripfeed runs",
                "Number of runs",
            ),
            "vi": ("Số lần", "Số lần chạy", "Lần chạy", "Số lượt chạy", "Lặp lại"),
        },
    ),
    Field(
        "interval",
        "Interval",
        aliases={
            "en": (
                "Interval minutes",
                "Interval (minutes)",
                "Interval (min)",
                "Interval in minutes",
                "Minutes between runs",
                "Drip-feed interval",
                "Dripfeed interval",
            ),
            "vi": (
                "Khoảng cách",
                "Khoảng thời gian",
                "Khoảng cách (phút)",
                "Khoảng thời gian (phút)",
                "Giãn cách",
                "Giãn cách (phút)",
                "Chu kỳ",
            ),
        },
    ),
    Field(
        "refill",
        "Refill",
        aliases={
            "en": (
                "Refill wanted",
                "With refill",
                "Auto refill",
                "Auto-refill",
                "Refills",
                "Warranty",
                "Guarantee",
            ),
            "vi": ("Bảo hành", "Có bảo hành", "Tự động bảo hành", "Bù tụt"),
        },
    ),
    Field(
        "max_rate",
        "Max rate",
        aliases={
            "en": (
                "Maximum rate",
                "Rate limit",
                "Highest rate",
                "Max price",
                "Maximum price",
                "Highest price",
                "Price limit",
                "Price cap",
                "Rate cap",
                "Max rate per 1000",
                "Max price per 1000",
                "Max rate (per 1000)",
            ),
            "vi": (
                "Giá tối đa",
                "Giá cao nhất",
                "Mức giá tối đa",
                "Đơn giá tối đa",
                "Giá trần",
                "Giới hạn giá",
                "Giá tối đa/1000",
            ),
        },
    ),
    Field(
        "panel",
        "Panel",
        aliases={
            "en": ("Panel name", "Provider", "Supplier"),
            "vi": ("Nhà cung cấp", "Tên panel", "Trang panel"),
        },
    ),
    Field(
        "campaign",
        "Campaign",
        aliases={
            "en": ("Campaign name", "Campaign ID"),
            "vi": ("Chiến dịch", "Tên chiến dịch", "Mã chiến dịch"),
        },
    ),
    Field(
        "client",
        "Client",
        aliases={
            "en": ("Client name", "Customer", "Customer name", "Bill to"),
            "vi": ("Khách hàng", "Tên khách hàng", "Tên khách"),
        },
    ),
    Field(
        "allow_duplicate",
        "Allow duplicate",
        aliases={
            "en": (
                "Allow duplicates",
                "Duplicate allowed",
                "Duplicates allowed",
                "Duplicate OK",
                "Allow repeat",
                "Allow again",
            ),
            "vi": ("Cho phép trùng", "Cho phép trùng lặp", "Được trùng", "Cho trùng"),
        },
    ),
    Field(
        "keywords",
        "Keywords",
        aliases={
            "en": ("Keyword", "Keyword list", "List of keywords", "SEO keywords"),
            "vi": ("Từ khóa", "Các từ khóa"),
        },
    ),
    Field(
        "username",
        "Username",
        aliases={"en": ("User name",), "vi": ("Tên người dùng",)},
    ),
    Field(
        "usernames",
        "Usernames",
        aliases={
            "en": ("User names", "Username list", "List of usernames", "Usernames (one per line)"),
            "vi": ("Danh sách người dùng", "Danh sách tên người dùng"),
        },
    ),
    Field("hashtag", "Hashtag", aliases={"en": ("Hash tag",), "vi": ("Thẻ hashtag",)}),
    Field(
        "hashtags",
        "Hashtags",
        aliases={
            "en": ("Hash tags", "Hashtag list", "List of hashtags"),
            "vi": ("Danh sách hashtag", "Các hashtag"),
        },
    ),
    Field(
        "media",
        "Media",
        aliases={"en": ("Media URL", "Media link"), "vi": ("Link media", "Liên kết media")},
    ),
    Field(
        "answer_number",
        "Answer number",
        aliases={
            "en": ("Answer No", "Answer nr", "Number of the answer", "Poll answer"),
            "vi": ("Số câu trả lời", "Số đáp án", "Đáp án số"),
        },
    ),
    Field(
        "groups",
        "Groups",
        aliases={"en": ("Group list", "List of groups"), "vi": ("Danh sách nhóm", "Các nhóm")},
    ),
    Field(
        "min",
        "Min",
        aliases={
            "en": ("Minimum", "Min per post", "Minimum per post"),
            "vi": ("Tối thiểu", "Tối thiểu mỗi bài"),
        },
    ),
    Field(
        "max",
        "Max",
        aliases={"en": ("Maximum", "Max per post", "Maximum per post"), "vi": ("Tối đa", "Tối đa mỗi bài")},
    ),
    Field(
        "posts",
        "Posts",
        aliases={
            "en": ("New posts", "Number of posts", "Number of new posts", "Future posts"),
            "vi": ("Số bài viết", "Số bài viết mới", "Số bài mới"),
        },
    ),
    Field(
        "old_posts",
        "Old posts",
        aliases={
            "en": ("Number of old posts", "Existing posts", "Past posts"),
            "vi": ("Số bài viết cũ", "Số bài cũ", "Bài viết cũ"),
        },
    ),
    Field(
        "delay",
        "Delay",
        aliases={
            "en": ("Delay minutes", "Delay (minutes)", "Delay (min)", "Delay in minutes"),
            "vi": ("Độ trễ", "Độ trễ (phút)", "Trì hoãn (phút)"),
        },
    ),
    Field(
        "expiry",
        "Expiry",
        aliases={
            "en": ("Expiry date", "Expires on", "Expiration date"),
            "vi": ("Ngày hết hạn",),
        },
    ),
    Field("country", "Country", aliases={"en": ("Country code",), "vi": ("Quốc gia", "Mã quốc gia")}),
    Field("device", "Device", aliases={"en": ("Device type",), "vi": ("Thiết bị", "Loại thiết bị")}),
    Field(
        "type_of_traffic",
        "Type of traffic",
        aliases={"en": ("Traffic type",), "vi": ("Loại traffic", "Loại lưu lượng")},
    ),
    Field(
        "google_keyword",
        "Google keyword",
        aliases={"en": ("Google search keyword",), "vi": ("Từ khóa Google",)},
    ),
    Field(
        "referring_url",
        "Referring URL",
        aliases={
            "en": ("Referrer URL", "Referer URL", "Referring link"),
            "vi": ("URL giới thiệu", "Link giới thiệu"),
        },
    ),
)
"""In the order in which an order sheet shows them; from `keywords` on, those that only some types take."""

NUMBERING = (
    "STT",
    "Số thứ tự",
    "Thứ tự",
    "TT",
    "No",
    "No.",
    "Nr",
    "Nr.",
    "#",
    "№",
    "Row",
    "Row No",
    "Row number",
    "Line",
    "Line No",
    "Line number",
    "Index",
    "Idx",
    "Dòng",
    "Hàng",
)
"""Headers of columns that only number the rows: never a reference, never another field."""

HINTS = (
    "optional",
    "required",
    "mandatory",
    "if any",
    "tùy chọn",
    "tuỳ chọn",
    "không bắt buộc",
    "bắt buộc",
    "nếu có",
)
"""Remarks in brackets that change nothing of what a header means."""
