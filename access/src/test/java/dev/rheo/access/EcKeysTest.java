package dev.rheo.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.Test;

class EcKeysTest {

  @Test
  void bouncyCastleReadsWhatIsWrittenAndThePublicKeyIsThere() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    for (int i = 0; i < 600; i++) { // enough for numbers with leading zeros
      KeyPair pair = generator.generateKeyPair();
      byte[] der = EcKeys.sec1(pair.getPrivate(), pair.getPublic());
      var read = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(der);
      assertThat(read.getKey()).isEqualTo(((ECPrivateKey) pair.getPrivate()).getS());
      assertThat(read.getParametersObject()).isEqualTo(SECObjectIdentifiers.secp256r1);
      byte[] point = read.getPublicKey().getOctets();
      ECPublicKey wanted = (ECPublicKey) pair.getPublic();
      assertThat(point).hasSize(65).startsWith(4);
      assertThat(new BigInteger(1, point, 1, 32)).isEqualTo(wanted.getW().getAffineX());
      assertThat(new BigInteger(1, point, 33, 32)).isEqualTo(wanted.getW().getAffineY());
      assertThat(read.getEncoded()).isEqualTo(der);
    }
  }

  @Test
  void otherKeysAreLeftAsTheyAre() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    KeyPair pair = rsa.generateKeyPair();
    assertThat(EcKeys.sec1(pair.getPrivate(), pair.getPublic())).isNull();
    assertThat(new String(PemFiles.encodeForClients(pair.getPrivate(), pair.getPublic())))
        .startsWith("-----BEGIN PRIVATE KEY-----");
  }
}
