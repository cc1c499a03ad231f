-- What most people acted on in the last hours, the same for all but authors, who do not get their own: as many for each
-- recipient as this pipeline sends it.
SELECT user_id, item_id
FROM (SELECT recipient.user_id,
             recipient.sends,
             popular.item_id,
             row_number() OVER (PARTITION BY recipient.user_id ORDER BY popular.place) AS place
      FROM (SELECT target.user_id, target.sends, count(own.item_id) AS own_items
            FROM recipients AS target
            LEFT JOIN (SELECT DISTINCT author_id, post_id AS item_id
                       FROM engagements
                       WHERE engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)) AS own
              ON own.author_id = target.user_id
            GROUP BY target.user_id, target.sends) AS recipient
      JOIN (SELECT item_id, author_id, row_number() OVER (ORDER BY people DESC, item_id) AS place
            FROM (SELECT post_id AS item_id, min(author_id) AS author_id, count(DISTINCT user_id) AS people
                  FROM engagements
                  WHERE kind IN ('click', 'like', 'repost', 'reply', 'quote')
                    AND user_id <> author_id
                    AND post_id IS NOT NULL
                    AND engaged_at >= :as_of - make_dt_interval(0, :max_age_hours)
                  GROUP BY post_id)) AS popular
        -- A recipient's own items can push its part of the list down by no more than their number.
        ON popular.place <= recipient.sends + recipient.own_items AND popular.author_id <> recipient.user_id)
WHERE place <= sends
