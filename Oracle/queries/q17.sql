-- What was bid for each auction on each day.
select auction, time_bucket(interval 1 day, dateTime) as day,
  count(*) as totalBids,
  count(*) filter (where price < 10000) as rank1Bids,
  count(*) filter (where price >= 10000 and price < 1000000) as rank2Bids,
  count(*) filter (where price >= 1000000) as rank3Bids,
  min(price) as minPrice, max(price) as maxPrice, avg(price) as averagePrice, sum(price) as sumPrice
from bid group by auction, day
