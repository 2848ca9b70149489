package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CurveTest {

  @Test
  void fillsFromTheBottomUpToTheValue() {
    Curve curve = new Curve();
    for (int second = 0; second <= 4; second++) {
      curve.add(second, 50);
    }
    assertThat(curve.draw(3, 2, 100)).containsExactly("   ", "⣿⣿⣿");
  }

  @Test
  void keepsThePeakOfWhatSharesAColumnAndHoldsTheLastValueInBetween() {
    Curve curve = new Curve();
    curve.add(0, 25);
    curve.add(50, 100);
    curve.add(50.1, 25);
    curve.add(100, 25);
    // Four columns of dots: the peak shares the third with a later, smaller value.
    assertThat(curve.draw(2, 1, 100)).containsExactly("⣀⣇");
    assertThat(curve.max()).isEqualTo(100);
  }

  @Test
  void leavesOutWhatIsBeforeTheStartOrNotKnown() {
    Curve curve = new Curve();
    curve.add(-0.5, 100);
    curve.add(1, -1);
    assertThat(curve.isEmpty()).isTrue();
    assertThat(curve.draw(2, 1, 100)).containsExactly("  ");
  }

  @Test
  void showsWhatIsThereHoweverLittle() {
    Curve curve = new Curve();
    curve.add(0, 1);
    assertThat(curve.draw(1, 1, 1e9)).containsExactly("⣀");
  }

  @Test
  void cutsOffWhatIsAboveTheTop() {
    Curve curve = new Curve();
    curve.add(0, 200);
    assertThat(curve.draw(1, 1, 100)).containsExactly("⣿");
  }
}
