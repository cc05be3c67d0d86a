-- The average of a seller's last ten winning bids, after each of them.
with winners as (
  select a.id, a.seller, b.price, b.dateTime
  from auction a join bid b on a.id = b.auction
  where b.dateTime between a.dateTime and a.expires
  qualify row_number() over (partition by a.id order by b.price desc, b.dateTime, b.arrival) = 1)
select seller, id as auction,
  avg(price) over (partition by seller order by dateTime, id rows between 9 preceding and current row) as average
from winners
