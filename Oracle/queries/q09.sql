-- The winning bid of each auction: the highest, of equal ones the earliest.
select a.id, a.itemName, a.initialBid, a.reserve, a.dateTime, a.expires, a.seller, a.category,
  b.auction, b.bidder, b.price, b.dateTime as bidTime
from auction a join bid b on a.id = b.auction
where b.dateTime between a.dateTime and a.expires
qualify row_number() over (partition by a.id order by b.price desc, b.dateTime, b.arrival) = 1
