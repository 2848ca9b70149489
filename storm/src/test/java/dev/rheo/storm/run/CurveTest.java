package dev.rheo.storm.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.storm.result.CurvePoint;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CurveTest {

  @Test
  void aShortRunIsKeptAsItIs() {
    Curve curve = new Curve();
    for (int i = 0; i < 100; i++) {
      curve.add(new CurvePoint(i, i, i, i, i));
    }
    assertThat(curve.points()).hasSize(100).element(7).isEqualTo(new CurvePoint(7, 7, 7, 7, 7));
    assertThat(curve.peak()).isEqualTo(99);
  }

  @Test
  void aLongRunIsCoarserButKeepsPeaksAndMeans() {
    Curve curve = new Curve();
    int count = Curve.MAX_POINTS * 16;
    for (int i = 0; i < count; i++) {
      curve.add(new CurvePoint(i, i == 1234 ? 1_000_000 : 10, 5, i % 2 == 0 ? 0 : 200, i));
      assertThat(curve.points().size()).isLessThanOrEqualTo(Curve.MAX_POINTS);
    }
    List<CurvePoint> points = curve.points();
    assertThat(points).hasSizeGreaterThan(Curve.MAX_POINTS / 2 - 1);
    assertThat(points).extracting(CurvePoint::seconds).isSorted().endsWith((double) (count - 1));
    assertThat(points).extracting(CurvePoint::readersDone).isSorted();
    assertThat(points).extracting(CurvePoint::memory).containsOnlyOnce(1_000_000L);
    assertThat(curve.peak()).isEqualTo(1_000_000);
    DoubleStream rates = points.stream().mapToDouble(CurvePoint::bytesPerSecond);
    assertThat(rates.average().orElseThrow()).isBetween(99.0, 101.0);
  }
}
