-- Bids with what a table says of their auctions.
select auction, bidder, price, dateTime, side.value
from bid join side on auction % 10000 = side.key
