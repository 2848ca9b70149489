package dev.rheo.storm.result;

/**
 * The server under test and the machine that the storm runs on.
 *
 * @param kind {@code Rheo} or {@code kube-apiserver}
 * @param gitVersion {@code gitVersion} of {@code /version}, for example {@code v1.36.3}
 * @param local whether the server runs on this machine
 * @param started whether the storm started the server
 * @param cores processors of this machine
 * @param machineMemory bytes of this machine's memory, or -1 if unknown
 */
public record ServerInfo(
    String kind,
    String gitVersion,
    boolean local,
    boolean started,
    int cores,
    long machineMemory) {}
