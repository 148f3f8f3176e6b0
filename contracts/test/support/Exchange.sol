// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPair, IWeth} from "../../src/interfaces/IExchange.sol";
import {Test} from "./Test.sol";

interface IFactory {
    function createPair(address a, address b) external returns (address pair);
    function getPair(address a, address b) external view returns (address pair);
}

interface IFullPair is IPair {
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
    function skim(address to) external;
    function sync() external;
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function approve(address spender, uint256 amount) external returns (bool);
}

interface IFullWeth is IWeth {
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

interface IRouter {
    function swapExactETHForTokensSupportingFeeOnTransferTokens(
        uint256 least,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable;
    function swapExactTokensForETHSupportingFeeOnTransferTokens(
        uint256 amount,
        uint256 least,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external;
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amount,
        uint256 least,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external;
    function addLiquidityETH(
        address token,
        uint256 amount,
        uint256 least,
        uint256 leastEth,
        address to,
        uint256 deadline
    ) external payable returns (uint256, uint256, uint256);
    function removeLiquidityETHSupportingFeeOnTransferTokens(
        address token,
        uint256 liquidity,
        uint256 least,
        uint256 leastEth,
        address to,
        uint256 deadline
    ) external returns (uint256);
}

/// Uniswap V2 as its packages publish it.
abstract contract Exchange is Test {
    string private constant CORE = "node_modules/@uniswap/v2-core/build/";
    string private constant PERIPHERY = "node_modules/@uniswap/v2-periphery/build/";

    IFactory internal factory;
    IFullWeth internal weth;
    IRouter internal router;
    bytes32 internal pairCodeHash;

    function _deployExchange() internal {
        factory = IFactory(_create(abi.encodePacked(_code(CORE, "UniswapV2Factory"), abi.encode(address(0)))));
        weth = IFullWeth(_create(_code(PERIPHERY, "WETH9")));
        router = IRouter(
            _create(
                abi.encodePacked(
                    _code(PERIPHERY, "UniswapV2Router02"), abi.encode(address(factory), address(weth))
                )
            )
        );
        pairCodeHash = keccak256(_code(CORE, "UniswapV2Pair"));
    }

    function _code(string memory folder, string memory name) private view returns (bytes memory) {
        string memory json = vm.readFile(string.concat(folder, name, ".json"));
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(json, ".bytecode")));
    }

    function _create(bytes memory code) private returns (address made) {
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(made != address(0), "created");
    }
}
