// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// Checks a signature of a key or of a contract account. Unlike OpenZeppelin's SignatureChecker the contract gets bounded
/// gas and its answer bounded memory, so that nobody can make a relayed batch burn everything.
library Signatures {
    uint256 internal constant ERC1271_GAS = 150_000;

    /// ECDSA first (low s, v 27 or 28, never the zero address), so that an account with delegated code keeps its key.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && _acceptedByContract(signer, digest, signature);
    }

    function _acceptedByContract(address signer, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool accepted)
    {
        bytes memory input = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes4 magic = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            mstore(0x00, 0)
            let success := staticcall(ERC1271_GAS, signer, add(input, 0x20), mload(input), 0x00, 0x20)
            accepted := and(and(success, gt(returndatasize(), 0x1f)), eq(mload(0x00), magic))
        }
    }
}
