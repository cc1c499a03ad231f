-- How many have blocked or muted each account, or hidden its recommendations.
SELECT other_id AS user_id,
       count_if(kind = 'block') AS blocks,
       count_if(kind = 'mute') AS mutes,
       count_if(kind = 'hide_recommendations') AS hides
FROM relations
GROUP BY other_id
