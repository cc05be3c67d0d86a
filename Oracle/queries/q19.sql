-- The ten highest bids for each auction; of equal ones those that came first.
select auction, bidder, price, channel, url, dateTime, extra,
  row_number() over (partition by auction order by price desc, dateTime, arrival) as rank
from bid
qualify rank <= 10
