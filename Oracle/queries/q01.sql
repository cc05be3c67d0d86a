-- Prices in another currency.
select auction, bidder, price * 0.908::double as price, dateTime, extra from bid
