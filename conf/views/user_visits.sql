-- When each user came. A day is 24 hours that end at the as-of instant's hour. The next hours are those that follow the as-of
-- instant's hour of the day, on days of its kind: working days, or weekends.
SELECT user_id,
       count(*) AS visits,
       count(DISTINCT days_ago) AS visit_days,
       count(DISTINCT days_ago) FILTER (WHERE days_ago < 7) AS visit_days_7d,
       count_if(hours_on < 2) AS visits_in_2h,
       count_if(hours_on < 8) AS visits_in_8h,
       count_if(is_alike) AS visits_alike,
       count_if(is_alike AND hours_on < 2) AS visits_alike_in_2h
FROM (SELECT user_id,
             timestampdiff(HOUR, visited_at, :as_of) DIV 24 AS days_ago,
             pmod(hour(visited_at) - hour(:as_of), 24) AS hours_on,
             (weekday(visited_at) >= 5) = (weekday(:as_of) >= 5) AS is_alike
      FROM visits) AS visit
GROUP BY user_id
