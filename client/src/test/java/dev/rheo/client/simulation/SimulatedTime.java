package dev.rheo.client.simulation;

import dev.rheo.client.reflector.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Time that passes only when it is told to. */
final class SimulatedTime implements Timing {
  private record Order(long at, Runnable what) {}

  private final List<Order> orders = new ArrayList<>();
  private long now = 1_000_000;

  @Override
  public long now() {
    return now;
  }

  @Override
  public void pause(Duration time) {
    advance(time);
  }

  @Override
  public Runnable later(Duration time, Runnable what) {
    Order order = new Order(now + time.toNanos(), what);
    orders.add(order);
    return () -> orders.remove(order);
  }

  void advance(Duration time) {
    long end = now + time.toNanos();
    while (true) {
      Optional<Order> due =
          orders.stream().filter(o -> o.at <= end).min(Comparator.comparingLong(Order::at));
      if (due.isEmpty()) {
        now = end;
        return;
      }
      orders.remove(due.get());
      now = Math.max(now, due.get().at);
      due.get().what.run();
    }
  }
}
