-- Bids for auctions of category 10.
select b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime,
  a.itemName, a.initialBid, a.reserve, a.dateTime as auctionTime, a.expires, a.seller, a.category
from bid b join auction a on b.auction = a.id
where a.category = 10
