-- The as-of instant.
-- key: none
-- column: as_of: the instant itself
-- column: hour: hour of the day, UTC, 0 to 23
-- column: weekday: day of the week, 0 (Monday) to 6
SELECT :as_of AS as_of,
       hour(:as_of) AS hour,
       weekday(:as_of) AS weekday
FROM row
