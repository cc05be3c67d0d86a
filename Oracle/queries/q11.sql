-- Bids per bidder, as long as there was never a pause of 10 s.
with marked as (
  select bidder, dateTime,
    coalesce(
      dateTime - lag(dateTime) over (partition by bidder order by dateTime) >= interval 10 seconds, true) as isFirst
  from bid),
numbered as (
  select bidder, dateTime, sum(isFirst::int) over (partition by bidder order by dateTime, isFirst desc) as session
  from marked)
select bidder, count(*) as bids, min(dateTime) as window_start, max(dateTime) + interval 10 seconds as window_end
from numbered group by bidder, session
