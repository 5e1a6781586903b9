"""Dates: what a text states becomes a Moment, what it does not state stays unsaid."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.dates import find_moment, from_epoch, parse_moment, with_zone
from archivekit.errors import ConfigError
from archivekit.model import Moment

STATED = [
    # (text, value, precision, zone basis)
    ("Sat, 30 Oct 2021 15:09:57 GMT", "2021-10-30T15:09:57+00:00", "second", "stated"),
    ("Tue, 30 Jun 2020 15:04:14 +0000", "2020-06-30T15:04:14+00:00", "second", "stated"),
    ("Tue, 30 Jun 2020 15:04:14 -0400", "2020-06-30T15:04:14-04:00", "second", "stated"),
    ("Tue, 30 Jun 2020 15:04 +0800", "2020-06-30T15:04+08:00", "minute", "stated"),
    ("30 Jun 2020 15:04:14 EST", "2020-06-30T15:04:14-05:00", "second", "stated"),
    ("30 Jun 2020 15:04:14 CST", "2020-06-30T15:04:14", "second", "none"),
    ("30 Jun 2020 15:04:14 JST", "2020-06-30T15:04:14+09:00", "second", "stated"),
    ("Thu, 1 Jan 1970 00:00:00 UT", "1970-01-01T00:00:00+00:00", "second", "stated"),
    ("2021-08-29 20:14:09", "2021-08-29T20:14:09", "second", "none"),
    ("2021-08-29 20:14:09 +0800", "2021-08-29T20:14:09+08:00", "second", "stated"),
    ("2021-08-29 20:14:09 +08:00", "2021-08-29T20:14:09+08:00", "second", "stated"),
    ("2021-08-29T20:14:09+08", "2021-08-29T20:14:09+08:00", "second", "stated"),
    ("2021-08-29T20:14:09-03:30", "2021-08-29T20:14:09-03:30", "second", "stated"),
    ("2021-08-29 20:14 UTC+8", "2021-08-29T20:14+08:00", "minute", "stated"),
    ("2021-08-29 20:14 GMT+0530", "2021-08-29T20:14+05:30", "minute", "stated"),
    ("2021/8/9 8:05", "2021-08-09T08:05", "minute", "none"),
    ("2021.8.9", "2021-08-09", "day", "none"),
    ("2021-08-09 +0800", "2021-08-09", "day", "none"),
    ("2021-8-9", "2021-08-09", "day", "none"),
    ("2020-06-29T07:00:08Z", "2020-06-29T07:00:08+00:00", "second", "stated"),
    ("2020-06-29T07:00:08.000Z", "2020-06-29T07:00:08+00:00", "second", "stated"),
    ("2020-06-29T07:00:08.123456+08:00", "2020-06-29T07:00:08+08:00", "second", "stated"),
    ("2020-06-29T07:00", "2020-06-29T07:00", "minute", "none"),
    ("2020-06-29t07:00:08z", "2020-06-29T07:00:08+00:00", "second", "stated"),
    ("  2020-06-29\n", "2020-06-29", "day", "none"),
    ("20240418", "2024-04-18", "day", "none"),
    ("20240418T092826Z", "2024-04-18T09:28:26+00:00", "second", "stated"),
    ("20240418092826", "2024-04-18T09:28:26", "second", "none"),
    ("2024-04", "2024-04", "month", "none"),
    ("2024", "2024", "year", "none"),
    ("2024-04-18 24:00", "2024-04-19T00:00", "minute", "none"),
    ("2024-04-18 3:05 PM", "2024-04-18T15:05", "minute", "none"),
    ("2024-04-18 12:05 a.m.", "2024-04-18T00:05", "minute", "none"),
    ("2024-04-18 12:05 pm", "2024-04-18T12:05", "minute", "none"),
    ("2024-04-18（四）10:05", "2024-04-18T10:05", "minute", "none"),
    ("2024年4月18日", "2024-04-18", "day", "none"),
    ("2024 年 4 月 18 日", "2024-04-18", "day", "none"),
    ("２０２４年４月１８日", "2024-04-18", "day", "none"),
    ("2024年4月", "2024-04", "month", "none"),
    ("2024年4月份", "2024-04", "month", "none"),
    ("2024年", "2024", "year", "none"),
    ("2024年4月18号", "2024-04-18", "day", "none"),
    ("2024年4月18日 下午3时5分", "2024-04-18T15:05", "minute", "none"),
    ("2024年4月18日下午3点半", "2024-04-18T15:30", "minute", "none"),
    ("2024年4月18日 下午3點", "2024-04-18T15:00", "minute", "none"),
    ("2024年04月18日09时28分26秒", "2024-04-18T09:28:26", "second", "none"),
    ("2024年4月18日 上午9:28", "2024-04-18T09:28", "minute", "none"),
    ("2024年4月18日 上午12:28", "2024-04-18T00:28", "minute", "none"),
    ("2024年4月18日 中午12:28", "2024-04-18T12:28", "minute", "none"),
    ("2024年4月18日 凌晨2:28", "2024-04-18T02:28", "minute", "none"),
    ("2024年4月18日 晚上9:28:01", "2024-04-18T21:28:01", "second", "none"),
    ("2024年4月18日 09：28", "2024-04-18T09:28", "minute", "none"),
    ("2024年4月18日 21:00（北京时间）", "2024-04-18T21:00+08:00", "minute", "stated"),
    ("2020年7月24日 星期五 10:05", "2020-07-24T10:05", "minute", "none"),
    ("2020年7月24日（週五）10:05", "2020-07-24T10:05", "minute", "none"),
    ("2020年7月24日 星期五", "2020-07-24", "day", "none"),
    ("2020-07-24 Fri", "2020-07-24", "day", "none"),
    ("二〇二四年四月十八日", "2024-04-18", "day", "none"),
    ("二○二四年十二月三十一日", "2024-12-31", "day", "none"),
    ("二零二四年十月廿一日", "2024-10-21", "day", "none"),
    ("二〇二四年四月十八日下午三时五分", "2024-04-18T15:05", "minute", "none"),
    ("民國113年4月18日", "2024-04-18", "day", "none"),
    ("中華民國一百一十三年四月十八日", "2024-04-18", "day", "none"),
    ("民國元年1月1日", "1912-01-01", "day", "none"),
    ("發佈於2024-04-18 09:28", "2024-04-18T09:28", "minute", "none"),
    ("发布时间：2024-04-18 09:28:26", "2024-04-18T09:28:26", "second", "none"),
    ("2024-04-18 09:28 发布", "2024-04-18T09:28", "minute", "none"),
    ("April 18, 2024", "2024-04-18", "day", "none"),
    ("Apr. 18th, 2024 9:28 am", "2024-04-18T09:28", "minute", "none"),
    ("Thursday, April 18, 2024 at 9:28 PM", "2024-04-18T21:28", "minute", "none"),
    ("18 April 2024 09:28", "2024-04-18T09:28", "minute", "none"),
    ("18-Apr-2024", "2024-04-18", "day", "none"),
    ("April 2024", "2024-04", "month", "none"),
    ("Thu Apr 18 09:28:26 CST 2024", "2024-04-18T09:28:26", "second", "none"),
    ("Thu Apr 18 09:28:26 UTC 2024", "2024-04-18T09:28:26+00:00", "second", "stated"),
    ("Thu Apr 18 2024 09:28:26 GMT+0800 (China Standard Time)", "2024-04-18T09:28:26+08:00", "second", "stated"),
    ("Fri Mar 05 2021 15:20:00 GMT+0800 (中国标准时间)", "2021-03-05T15:20:00+08:00", "second", "stated"),
    ("2021-03-05T15:20:00Z[UTC]", "2021-03-05T15:20:00+00:00", "second", "stated"),
    ("2021-03-05T15:20:00+08:00[Asia/Shanghai]", "2021-03-05T15:20:00+08:00", "second", "stated"),
    ("2021-03-05 15:20 +8", "2021-03-05T15:20+08:00", "minute", "stated"),
    ("2021-03-05 10:00:00 eſt", "2021-03-05T10:00:00-05:00", "second", "stated"),
    ("ſeptember 3, 1811", "1811-09-03", "day", "none"),
    ("二〇二四年十ｏ月", "2024-10", "month", "none"),
    ("18.04.2024", "2024-04-18", "day", "none"),
    ("18/04/2024", "2024-04-18", "day", "none"),
    ("04/18/2024", "2024-04-18", "day", "none"),
]

NOT_STATED = [
    "", "   ", "周四", "星期五", "今天", "3小时前", "昨天 10:05", "4月18日", "10:05", "2021-13-45", "2021-02-30",
    "2021年13月1日",
    "2023-02-29", "2021-00-10", "1799-01-01", "2101-01-01", "1066年", "03/04/2024", "123456", "2024-04-18 25:00",
    "2024-04-18 10:61", "2020-07-24 sunny",
    "见2024-04-18 09:28第3版", "192.168.2021.1", "1.2.2024.5", "99999999999", "v2021.1.1.4", "晚上12点",
    "2021-08-29x5", "2024年4月18日 晚上12点",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "precision", "basis"), STATED)
def test_reads_what_is_stated(text: str, value: str, precision: str, basis: str) -> None:
    assert parse_moment(text) == Moment(value=value, precision=precision, zone_basis=basis)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", NOT_STATED)
def test_guesses_nothing(text: str) -> None:
    assert parse_moment(text) is None


FOUND = [
    # (text, the part that is the date, value)
    ("据报道，更新于 2024-04-18 09:28。", "2024-04-18 09:28", "2024-04-18T09:28"),
    ("2020年以来的报道（2024年4月18日）", "2024年4月18日", "2024-04-18"),
    ("读者在2019年写道", "2019年", "2019"),
    ("2024-04-18 25:00", "2024-04-18", "2024-04-18"),
    ("2024年4月18日 3点建议", "2024年4月18日", "2024-04-18"),
    ("2024年4月18日9:28 下午茶", "2024年4月18日9:28", "2024-04-18T09:28"),
    ("2021-13-45，又 2021-12-05 再", "2021-12-05", "2021-12-05"),
    ("第一次：1 May 2020；第二次：2021-01-01", "1 May 2020", "2020-05-01"),
    ("By A. Writer, Thursday, April 18, 2024, page 3", "Thursday, April 18, 2024", "2024-04-18"),
    ("日期：Tue, 30 Jun 2020 15:04:14 +0000\n", "Tue, 30 Jun 2020 15:04:14 +0000", "2020-06-30T15:04:14+00:00"),
    ("电话 2021-555-0100", None, None),
    ("一二三四年级", None, None),
    ("2024年4月18日周一峰说", "2024年4月18日", "2024-04-18"),
    ("共有2024人", None, None),
]


@pytest.mark.parametrize(("text", "part", "value"), FOUND)
def test_finds_the_date_in_a_longer_text(text: str, part: str | None, value: str | None) -> None:
    found = find_moment(text)
    if part is None:
        assert found is None
        return
    assert found is not None
    moment, start, end = found
    assert (text[start:end], moment.value) == (part, value)


def test_epochs() -> None:
    want = Moment(value="2024-04-18T01:37:01+00:00", precision="second", zone_basis="epoch")
    assert from_epoch("1713404221000") == from_epoch("1713404221") == from_epoch("1713404221999") == want
    for digits in ("", "12345", "17134042210", "9999999999999", "-1713404221", "1713404221.5", "１７１３４０４２２１"):
        assert from_epoch(digits) is None


def test_with_zone() -> None:
    naive = Moment(value="2024-04-18T09:28", precision="minute")
    assert with_zone(naive, "Asia/Shanghai") == Moment(value="2024-04-18T09:28+08:00", precision="minute", zone_basis="site")
    summer = Moment(value="2024-07-01T09:28:26", precision="second")
    assert with_zone(summer, "America/New_York").value == "2024-07-01T09:28:26-04:00"
    wrong = Moment(value="2021-10-30T15:09:57+00:00", precision="second", zone_basis="stated")
    assert with_zone(wrong, "Asia/Shanghai") == wrong
    right = Moment(value="2021-10-30T15:09:57+08:00", precision="second", zone_basis="site")
    assert with_zone(wrong, "Asia/Shanghai", override=True) == right
    day = Moment(value="2021-10-30", precision="day")
    assert with_zone(day, "Asia/Shanghai", override=True) == day
    early = Moment(value="1890-01-01T12:00", precision="minute")
    assert with_zone(early, "Asia/Shanghai") == early
    with pytest.raises(ConfigError):
        with_zone(naive, "Asia/Atlantis")
    with pytest.raises(ConfigError):
        with_zone(naive, "../../etc/passwd")


TIMES = st.datetimes(datetime(1800, 1, 1), datetime(2100, 12, 31, 23, 59, 59)).map(lambda when: when.replace(microsecond=0))
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(TIMES, OFFSETS)
def test_standard_forms_come_back(when: datetime, zone: timezone) -> None:
    aware = when.replace(tzinfo=zone)
    want = Moment(value=aware.isoformat(), precision="second", zone_basis="stated")
    assert parse_moment(aware.isoformat()) == want
    assert parse_moment(format_datetime(aware)) == want
    assert parse_moment(when.isoformat(sep=" ")) == Moment(value=when.isoformat(), precision="second")
    chinese = f"{when.year}年{when.month}月{when.day}日 {when.hour}时{when.minute}分{when.second}秒"
    assert parse_moment(chinese) == Moment(value=when.isoformat(), precision="second")


@given(st.integers(0, 4_000_000_000))
def test_every_epoch_in_range(seconds: int) -> None:
    if len(str(seconds)) not in (9, 10):
        return
    moment = from_epoch(str(seconds))
    assert moment is not None
    assert datetime.fromisoformat(moment.value) == datetime.fromtimestamp(seconds, tz=UTC)


@given(
    st.text(alphabet=st.sampled_from("0123456789-/.:：年月日時时分秒点TZ+ ,，上下午民國二〇十一廿GMTapril(四)\n"), max_size=60)
)
def test_any_text_is_a_moment_or_nothing(text: str) -> None:
    found = find_moment(text)
    if found is not None:
        moment, start, end = found
        assert 0 <= start < end <= len(text)
        assert 1800 <= int(moment.value[:4]) <= 2101
        assert ("+" in moment.value[10:] or "-" in moment.value[10:]) == (moment.zone_basis == "stated")
        if len(moment.value) >= 10:
            datetime.fromisoformat(moment.value)
    parse_moment(text)


@pytest.mark.parametrize("text", ["2024年" + " " * 10**5, "2024-13-13" * 10**4, "9" * 10**5, "一" * 10**5, "Sat, " * 10**4])
def test_never_hangs(text: str) -> None:
    began = time.perf_counter()
    find_moment(text)
    assert time.perf_counter() - began < 2
