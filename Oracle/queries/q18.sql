-- The last bid of each bidder for each auction.
select auction, bidder, price, channel, url, dateTime, extra
from bid
qualify row_number() over (partition by bidder, auction order by dateTime desc, arrival desc) = 1
