-- Bids with the day and minute that they are filed under.
select auction, bidder, price, dateTime, extra,
  strftime(dateTime, '%Y-%m-%d') as day, strftime(dateTime, '%H:%M') as minute
from bid
