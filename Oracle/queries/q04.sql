-- The average final price per category; final is the highest bid while the auction ran.
select category, avg(final) as average
from (
  select a.id, a.category, max(b.price) as final
  from auction a join bid b on a.id = b.auction
  where b.dateTime between a.dateTime and a.expires
  group by a.id, a.category)
group by category
