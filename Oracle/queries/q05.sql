-- The auctions with the most bids in the last 10 s, every 2 s.
with counts as (
  select auction, window_start, count(*) as num
  from (
    select auction, time_bucket(interval 2 seconds, dateTime) - to_seconds(2 * unnest(range(5))) as window_start
    from bid)
  group by auction, window_start)
select auction, num, window_start, window_start + interval 10 seconds as window_end
from counts
qualify num = max(num) over (partition by window_start)
