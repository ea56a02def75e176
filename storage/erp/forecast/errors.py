"""What the forecasts refuse.

ForecastError (a BookError)
└── ForecastUnknown     nobody made a forecast of that id
"""

from typing import ClassVar

from storage.errors import BookError, Who


class ForecastError(BookError):
    """The forecasts stay as they were."""

    who: ClassVar[Who] = "business"
    code = "E-FORECAST"


class ForecastUnknown(ForecastError):
    """A choice names a forecast that is in the books."""

    code = "E-FORECAST-UNKNOWN"
    zh = "没有预测 {forecast_id}"
    en = "there is no forecast {forecast_id}"
    zh_hint = "预测的编号见 yeban report forecast"
    en_hint = "yeban report forecast lists them"

    def __init__(self, forecast_id: str) -> None:
        super().__init__(forecast_id=forecast_id)
