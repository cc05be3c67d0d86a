-- Bids in a range of prices, with the time of day and the number of c in what fills them.
select auction, bidder, price * 0.908::double as price,
  case when hour(dateTime) between 8 and 18 then 'dayTime'
    when hour(dateTime) <= 6 or hour(dateTime) >= 20 then 'nightTime'
    else 'otherTime' end as bidTimeType,
  dateTime, extra, length(extra) - length(replace(extra, 'c', '')) as cCount
from bid
where price * 0.908::double > 1000000 and price * 0.908::double < 50000000
