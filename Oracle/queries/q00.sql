-- Bids as they are.
select auction, bidder, price, dateTime, extra from bid
