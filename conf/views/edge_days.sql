-- How unevenly each user acts on each author: the sum over days of the squared number of acts of the day. With the
-- number of acts and of days it gives their variance a day.
SELECT day.user_id, day.author_id, sum(day.acts) AS acts, sum(day.acts * day.acts) AS squares
FROM (SELECT act.user_id, act.author_id, act.days_ago, count(*) AS acts
      FROM acts AS act
      WHERE (act.is_action OR act.kind = 'profile_visit') AND act.user_id <> act.author_id
      GROUP BY act.user_id, act.author_id, act.days_ago) AS day
GROUP BY day.user_id, day.author_id
