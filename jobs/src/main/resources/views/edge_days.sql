-- How unevenly each user acts on each author: the sum over days of the squared number of acts of the day. With the
-- number of acts and of days it gives their variance a day.
SELECT user_id, author_id, sum(acts) AS acts, sum(acts * acts) AS squares
FROM (SELECT user_id,
             author_id,
             CAST((unix_micros(:as_of) - unix_micros(engaged_at) - 1) DIV 86400000000 AS INT) AS days_ago,
             count(*) AS acts
      FROM engagements
      WHERE kind IN ('like', 'repost', 'reply', 'quote', 'click', 'profile_visit') AND user_id <> author_id
      GROUP BY 1, 2, 3)
GROUP BY user_id, author_id
