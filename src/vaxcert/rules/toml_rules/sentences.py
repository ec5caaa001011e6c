"""What rules say of themselves in English and Vietnamese, where the policy has no sentence of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

Sentences: TypeAlias = Mapping[str, str]
"""By language."""


def sentence(name: str, **parts: Sentences | int) -> dict[str, str]:
    """A sentence, or a part of one, in each language.

    Args:
        name: Which.
        parts: What fills its gaps.
    """
    return {
        language: text.format(
            **{gap: part if isinstance(part, int) else part[language] for gap, part in parts.items()}
        )
        for language, text in _TEXTS[name].items()
    }


_TEXTS: Final[Mapping[str, Sentences]] = {
    "listed": {
        "en": "those of the list that is in force",
        "vi": "theo danh mục hiện hành",
    },
    "certificate.one_event": {
        "en": "The certificate must be about exactly one vaccination, test or recovery.",
        "vi": "Chứng nhận phải có đúng một nội dung: tiêm chủng, xét nghiệm hoặc khỏi bệnh.",
    },
    "certificate.diseases": {
        "en": "The certificate must be about one of these diseases: {names}.",
        "vi": "Chứng nhận phải về một trong các bệnh sau: {names}.",
    },
    "vaccination.refused": {
        "en": "Vaccination certificates are not accepted.",
        "vi": "Không chấp nhận chứng nhận tiêm chủng.",
    },
    "vaccination.accepted": {
        "en": "Vaccination certificates are accepted.",
        "vi": "Chấp nhận chứng nhận tiêm chủng.",
    },
    "vaccination.one_entry": {
        "en": "The certificate must not be about more than one dose.",
        "vi": "Chứng nhận không được có nhiều hơn một mũi tiêm.",
    },
    "vaccination.vaccine_types": {
        "en": "Only these types of vaccines are accepted: {names}.",
        "vi": "Chỉ chấp nhận các nhóm vắc xin sau: {names}.",
    },
    "vaccination.products": {
        "en": "Only these vaccines are accepted: {names}.",
        "vi": "Chỉ chấp nhận các loại vắc xin sau: {names}.",
    },
    "vaccination.holders": {
        "en": "Only vaccines of these manufacturers are accepted: {names}.",
        "vi": "Chỉ chấp nhận vắc xin của các nhà sản xuất sau: {names}.",
    },
    "vaccination.complete_series": {
        "en": "All doses of the series must have been given, such as 1/1 or 2/2.",
        "vi": "Phải tiêm đủ số mũi, ví dụ 1/1 hoặc 2/2.",
    },
    "vaccination.days": {
        "en": "{dose}{products} must have been given {span}{ages}.",
        "vi": "{dose}{products} phải được tiêm {span}{ages}.",
    },
    "dose.any": {"en": "The dose", "vi": "Mũi tiêm"},
    "dose.incomplete": {
        "en": "A dose that does not complete its series",
        "vi": "Mũi tiêm chưa đủ liệu trình",
    },
    "dose.complete": {"en": "The dose that completes the series", "vi": "Mũi tiêm hoàn thành liệu trình"},
    "dose.first": {"en": "A first dose", "vi": "Mũi tiêm đầu tiên"},
    "dose.booster": {"en": "A booster dose", "vi": "Mũi tiêm nhắc lại"},
    "only": {"en": " ({names})", "vi": " ({names})"},
    "except": {"en": " (but for {names})", "vi": " (trừ {names})"},
    "none": {"en": "", "vi": ""},
    "test.refused": {
        "en": "Test certificates are not accepted.",
        "vi": "Không chấp nhận chứng nhận xét nghiệm.",
    },
    "test.accepted": {"en": "Test certificates are accepted.", "vi": "Chấp nhận chứng nhận xét nghiệm."},
    "test.one_entry": {
        "en": "The certificate must not be about more than one test.",
        "vi": "Chứng nhận không được có nhiều hơn một xét nghiệm.",
    },
    "test.types": {
        "en": "Only these tests are accepted: {names}.",
        "vi": "Chỉ chấp nhận các loại xét nghiệm sau: {names}.",
    },
    "test.results": {
        "en": "The result of the test must be: {names}.",
        "vi": "Kết quả xét nghiệm phải là: {names}.",
    },
    "test.devices": {
        "en": "Only these rapid antigen tests are accepted: {names}.",
        "vi": "Chỉ chấp nhận các xét nghiệm nhanh kháng nguyên sau: {names}.",
    },
    "test.hours": {
        "en": "{sample} must have been taken {span}{ages}.",
        "vi": "{sample} phải được lấy {span}{ages}.",
    },
    "sample.any": {"en": "The sample of the test", "vi": "Mẫu xét nghiệm"},
    "sample.pcr": {
        "en": "The sample of a nucleic acid test (PCR)",
        "vi": "Mẫu xét nghiệm khuếch đại axit nucleic (PCR)",
    },
    "sample.rapid": {"en": "The sample of a rapid antigen test", "vi": "Mẫu xét nghiệm nhanh kháng nguyên"},
    "recovery.refused": {
        "en": "Recovery certificates are not accepted.",
        "vi": "Không chấp nhận chứng nhận khỏi bệnh.",
    },
    "recovery.accepted": {
        "en": "Recovery certificates are accepted.",
        "vi": "Chấp nhận chứng nhận khỏi bệnh.",
    },
    "recovery.one_entry": {
        "en": "The certificate must not be about more than one recovery.",
        "vi": "Chứng nhận không được có nhiều hơn một lần khỏi bệnh.",
    },
    "recovery.within_validity": {
        "en": "The recovery certificate must be within the days from which and until which it says that it counts.",
        "vi": "Chứng nhận khỏi bệnh phải còn trong thời hạn ghi trên chứng nhận.",
    },
    "recovery.days": {
        "en": "The first positive test must have been {span}{ages}.",
        "vi": "Kết quả dương tính đầu tiên phải có {span}{ages}.",
    },
    "past": {"en": "before now", "vi": "trước thời điểm kiểm tra"},
    "day.least": {"en": "at least {least} days ago", "vi": "cách đây ít nhất {least} ngày"},
    "day.most": {"en": "at most {most} days ago", "vi": "cách đây nhiều nhất {most} ngày"},
    "day.both": {"en": "{least} to {most} days ago", "vi": "cách đây từ {least} đến {most} ngày"},
    "day.most_elapsed": {"en": "less than {most} days ago", "vi": "cách đây dưới {most} ngày"},
    "day.both_elapsed": {
        "en": "at least {least} and less than {most} days ago",
        "vi": "cách đây ít nhất {least} ngày và dưới {most} ngày",
    },
    "hour.least": {"en": "at least {least} hours ago", "vi": "cách đây ít nhất {least} giờ"},
    "hour.most": {"en": "at most {most} hours ago", "vi": "cách đây nhiều nhất {most} giờ"},
    "hour.both": {"en": "{least} to {most} hours ago", "vi": "cách đây từ {least} đến {most} giờ"},
    "ages.from": {
        "en": ", for people of {youngest} and older",
        "vi": " đối với người từ {youngest} tuổi trở lên",
    },
    "ages.under": {"en": ", for people under {limit}", "vi": " đối với người dưới {limit} tuổi"},
    "ages.both": {
        "en": ", for people from {youngest} to under {limit}",
        "vi": " đối với người từ {youngest} đến dưới {limit} tuổi",
    },
}
