-- What each user's acts on each author's posts weigh together; without those who only met them.
SELECT act.user_id, act.author_id, sum(act.weight) AS weight
FROM acts AS act
WHERE act.weight > 0 AND act.user_id <> act.author_id
GROUP BY act.user_id, act.author_id
