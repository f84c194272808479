"""How likely a letter is in the languages that a text of an old encoding may be written in."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import log

ALPHABETS: Mapping[str, tuple[str, ...]] = {
    "cp1252": (
        "éèàêçùâîôûëïœ",  # French
        "óíáéñú¿¡ü",  # Spanish
        "ãçáéêóíõúâôà",  # Portuguese
        "üäöß",  # German
        "èàòùéì",  # Italian
        "äöåé",  # Swedish, Finnish
        "øåæéö",  # Danish, Norwegian
        "áíðéúóöþýæ",  # Icelandic
        "éëïèóöü",  # Dutch
    ),
    "cp1250": (
        "łąęóśżćńź",  # Polish
        "íáěéřýčšžúůťďňó",  # Czech
        "áíčéšýžúťľňôďäóŕĺ",  # Slovak
        "éáöíóüőúű",  # Hungarian
        "ăîâşţșț",  # Romanian
        "čšžćđ",  # Croatian, Slovenian
    ),
    "cp1254": ("ışüğçöİâî",),  # Turkish
    "cp1257": (
        "ėšžųčįūąę",  # Lithuanian
        "āīēšņļžķūčģ",  # Latvian
        "äõüöšž",  # Estonian
    ),
    "cp1258": ("\u0301\u0300\u0323đưôêâơă\u0309\u0303áàéèóòíìúùýũõãảạ",),  # Vietnamese
    "cp1251": (
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё№",  # Russian
        "оаинвіертслкудмпзяьбгйчхїжєшюцщфґ",  # Ukrainian
        "аоиетнрсвлкдпмзгъубящчцйхжшюфь",  # Bulgarian
    ),
    "cp1253": ("αοιετσνηυρπκμλςωάίόέδγήθφβύχώξζψϊϋΐ",),  # Greek
    "cp1255": ("יוהלאתרשמבםנכעדחקפגטןזסצךץף",),  # Hebrew
    "cp1256": (
        "اليمنورتبهعدسفكقةحجشأصطخىذغضزثئإءؤظآ،؟",  # Arabic
        "اینردموهتبسشکلزفگعقخجپحصآچطغضثژئظذ",  # Persian
    ),
    "cp874": (
        "านรอกเงมยลวดทส\u0e48\u0e35\u0e49\u0e31\u0e34บคปหแจพใไขชต\u0e37ะโผซถ\u0e38\u0e39\u0e47\u0e4cธศณภษฟญๆ\u0e36ๅฐฉ\u0e33",
    ),
}
"""The letters beyond ASCII of each language, the commonest first, by the page that Excel saves it in."""

PUNCTUATION = frozenset("–—‘’“”„…«»•·°€£©®™ªº\u00a0")
"""Signs of no language."""

CHINESE = (
    "的一是不了在有人我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多"
    "天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知样现分将外但"
    "些与高意进把法实回二理美点月明其种声全工己话向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相"
    "次东海口使教西再平真听世气信北少关内加化由代产入先山五太水万市体别处总才场师书比住员性通目报立马活难神数件"
    "安表车白应路期叫常提感金更反合放做系计或司利受光果亲界及今京务制解各任清物台记边共风接它许八特觉直服毛题建"
    "南度统色字请交爱让认算论百吃义科元结六指思非每青管连远资带花快条变联言往该领传近留红治决周保达办运半候七必"
    "城强步完深区即求品转量空技程告江语英基满式息写识极令黄收钱未持取设始双越商千片容像找友站广改早房音火单据导"
    "影失网香视频谢持支关注喜欢赞棒粉丝评论营销推广店客户非常活动"
)
TAIWANESE = (
    "的一是不了在有人我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可裡後小麼心多"
    "天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知樣現分將外但"
    "些與高意進把法實回二理美點月明其種聲全工己話向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相"
    "次東海口使教西再平真聽世氣信北少關內加化由代產入先山五太水萬市體別處總才場師書比住員性通目報立馬活難神數件"
    "安表車白應路期叫常提感金更反合放做系計或司利受光果親界及今京務制解各任清物台記邊共風接它許八特覺直服題建南"
    "影失網香視頻謝持支關注喜歡讚棒粉絲評論行銷推廣店客戶非常活動"
)
KOREAN = (
    "이다는을의에가고하지도로한기사은리어나인시들정해요니습감합좋아말영상입게대서자수있일보원그것라만여주오과전부"
    "연장제생성동스우구민내진소공국경신유문모방조안무미선교회관제개발트음면까네와용더너저최예박러남드세"
)
JAPANESE = (
    "日一人年大本中出時行見国月言生者上分間会方事気自社手思前入学場地今動合同部物新高東京小下子名回後目女明良"
    "題話力何理画作用体家的長定実立最意対度数感内金電車全心来水書品当市店安員好楽使音語買待願応援素晴"
)


def _ranked(letters: str) -> dict[str, float]:
    """Return how likely each letter is among those beyond ASCII, by its rank."""
    weights = {letter: 1 / (rank + 2) for rank, letter in reversed(list(enumerate(letters)))}
    whole = sum(weights.values()) / 0.96
    return {letter: log(weight / whole) for letter, weight in weights.items()}


NEVER = log(0.0005)
"""What a letter counts that a language doesn't have."""

ODD = log(0.00005)
"""What a sign counts that hardly any text has."""

SIGN = log(0.01)
"""What a sign of no language counts."""


@cache
def _tables(page: str) -> tuple[Mapping[str, float], ...]:
    return tuple(_ranked(letters) for letters in ALPHABETS[page])


def likelihood(page: str, text: str) -> float:
    """Return how likely these letters beyond ASCII are in the likeliest language of a page of one byte a letter."""
    return max(sum(table.get(_lower(letter), _other(letter)) for letter in text) for table in _tables(page))


SCRIPTS = frozenset({"cp1251", "cp1253", "cp1255", "cp1256", "cp874"})
"""Pages whose letters make whole words; those of the others stand among plain ones."""

TOUCHING, CROWDED, RISING = -2.5, -3.0, -4.0
"""What a run of letters counts that touches a plain one, each beyond two in a row, a capital within a word."""


def fit(page: str, runs: Sequence[str]) -> float:
    """Return how well runs of letters beyond ASCII, with the plain letters at their ends, fit a page."""
    if page in SCRIPTS:
        return TOUCHING * sum(run[0].isascii() or run[-1].isascii() for run in runs)
    letters = (sum(letter.isalpha() and not letter.isascii() for letter in run) for run in runs)
    rising = sum(one.islower() and other.isupper() for run in runs for one, other in pairwise(run))
    return CROWDED * sum(max(count - 2, 0) for count in letters) + RISING * rising


def _other(letter: str) -> float:
    """Return what a letter or sign counts that is not in an alphabet."""
    if letter in PUNCTUATION:
        return SIGN
    return NEVER if letter.isalpha() else ODD


def _lower(letter: str) -> str:
    """Return the small letter, if it is one: that of the dotted capital I is two."""
    small = letter.lower()
    return small if len(small) == 1 else letter


def _of_two_bytes(
    common: str, often: float, codec: str, lead: range, *, kana: bool = False
) -> Callable[[str], float]:
    """Return what tells how likely the letters of a page of two bytes a letter are.

    `common` are letters met often, each with the likelihood `often`; others that the `codec` keeps under a
    byte of `lead` are met now and then, all others hardly ever.
    """
    known = frozenset(common)

    def judged(letter: str) -> float:
        if letter in known:
            return log(often)
        if kana and "\u3041" <= letter <= "\u30fc":
            return log(0.012)
        if letter in PUNCTUATION or "\u3000" <= letter <= "\u3011" or "\uff01" <= letter <= "\uff5e":
            return log(0.002)
        try:
            first = letter.encode(codec)[0]
        except UnicodeEncodeError:
            return log(1e-7)
        return log(0.0002) if first in lead else log(1e-6)

    judged = cache(judged)
    return lambda text: sum(map(judged, text))


WIDE: Mapping[str, Callable[[str], float]] = {
    "gb18030": _of_two_bytes(CHINESE, 0.0016, "gb2312", range(0xB0, 0xD8)),
    "big5": _of_two_bytes(TAIWANESE, 0.0016, "big5", range(0xA4, 0xC7)),
    "cp932": _of_two_bytes(JAPANESE, 0.002, "shift_jis", range(0x88, 0x98), kana=True),
    "cp949": _of_two_bytes(KOREAN, 0.005, "euc_kr", range(0xB0, 0xC9)),
}
"""By encoding of two bytes a letter: what tells how likely a text's letters beyond ASCII are."""
