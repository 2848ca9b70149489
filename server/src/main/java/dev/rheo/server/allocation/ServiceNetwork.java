package dev.rheo.server.allocation;

import java.util.ArrayList;
import java.util.List;

/**
 * What a server is configured to give to Services.
 *
 * @param ranges one or two ranges of cluster IPs, of different families; the first is the default
 * @param nodePorts the node ports
 */
public record ServiceNetwork(List<AddressRange> ranges, PortRange nodePorts) {
  public static final String DEFAULT_RANGES = "10.0.0.0/24";

  public ServiceNetwork {
    ranges = List.copyOf(ranges);
    if (ranges.isEmpty() || ranges.size() > 2) {
      throw new IllegalArgumentException("one or two ranges are needed");
    }
    if (ranges.size() == 2 && ranges.get(0).family() == ranges.get(1).family()) {
      throw new IllegalArgumentException("the two ranges must be of different IP families");
    }
    for (AddressRange range : ranges) {
      if (!range.isUsable()) {
        throw new IllegalArgumentException("the prefix of " + range + " is shorter than 64 bits");
      }
      if (range.size().signum() == 0) {
        throw new IllegalArgumentException(range + " has no address for the API server");
      }
    }
  }

  public static ServiceNetwork defaults() {
    return new ServiceNetwork(parseRanges(DEFAULT_RANGES), PortRange.DEFAULT);
  }

  /**
   * @param text one or two ranges in CIDR notation, with a comma in between
   * @throws IllegalArgumentException if it is not
   */
  public static List<AddressRange> parseRanges(String text) {
    List<AddressRange> ranges = new ArrayList<>(2);
    for (String range : text.split(",", -1)) {
      ranges.add(AddressRange.parse(range.strip()));
    }
    return ranges;
  }

  List<IpFamily> families() {
    return ranges.stream().map(AddressRange::family).toList();
  }
}
